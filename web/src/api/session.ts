// Who is signed in, as far as requests need to know. The tokens themselves are in cookies that no script can read.

type Listener = () => void;

const DISTRICT = "kepu.district";

let account: string | undefined;
let district: string | undefined = sessionStorage.getItem(DISTRICT) ?? undefined;
let waiting: ((again: boolean) => void)[] = [];
const listeners = new Set<Listener>();

function tell() {
  for (const listener of listeners) listener();
}

export const session = {
  subscribe(listener: Listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** The account that the pages show; unknown before the first answer and after signing out. */
  account: () => account,
  setAccount(id: string | undefined) {
    account = id;
    if (id === undefined) session.setDistrict(undefined);
  },
  /** The district that requests are for, where the account has several; otherwise the service knows. */
  district: () => district,
  setDistrict(id: string | undefined) {
    if (id === district) return;
    district = id;
    if (id === undefined) sessionStorage.removeItem(DISTRICT);
    else sessionStorage.setItem(DISTRICT, id);
    tell();
  },
  /** Whether requests wait for a new sign-in. */
  expired: () => waiting.length > 0,
  /** Called by a request whose session has ended: resolves when somebody has signed in again (or will not). */
  untilSignedIn(): Promise<boolean> {
    return new Promise((resolve) => {
      waiting.push(resolve);
      tell();
    });
  },
  /** Lets the waiting requests go on, or fail. */
  settle(again: boolean) {
    const released = waiting;
    waiting = [];
    for (const resolve of released) resolve(again);
    tell();
  },
};
