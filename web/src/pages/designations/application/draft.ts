import { api, call, ifMatch } from "@/api/client";
import { type FieldError, isProblem } from "@/api/problem";
import type { Application } from "../words";

type Answers = Record<string, unknown>;

/** How long typing rests before it is saved, in milliseconds. */
const REST = 700;

export interface Saved {
  state: "saved" | "saving" | "waiting" | "failed";
  at?: Date;
  error?: unknown;
}

/**
 * A draft that saves itself: what changed goes out one after the other, against the newest version. What the service does
 * not take stays in the form, is told beside its field, and does not keep the rest from being saved.
 */
export class Draft {
  version: number;
  private changed: Answers = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  private line: Promise<void> = Promise.resolve();
  private listeners = new Set<() => void>();
  private saved: Saved = { state: "saved" };
  private readonly id: string;
  private readonly keep: (fresh: Application) => void;
  private readonly refused: (errors: FieldError[]) => void;

  constructor(application: Application, keep: (fresh: Application) => void, refused: (errors: FieldError[]) => void) {
    this.id = application.id;
    this.version = application.version;
    this.keep = keep;
    this.refused = refused;
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly state = () => this.saved;

  /** Whether something is not saved yet. */
  get waits(): boolean {
    return Object.keys(this.changed).length > 0;
  }

  private tell(saved: Saved) {
    this.saved = saved;
    for (const listener of this.listeners) listener();
  }

  private take(fresh: Application) {
    this.version = fresh.version;
    this.keep(fresh);
  }

  /** Reads the newest, e.g. after a file was added. */
  async newest(): Promise<void> {
    this.take(await call(api.GET("/api/v1/applications/{id}", { params: { path: { id: this.id } } })));
  }

  change(answers: Answers) {
    // An emptied field is none.
    for (const [key, value] of Object.entries(answers)) this.changed[key] = value === undefined || value === "" ? null : value;
    this.tell({ state: "waiting" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush().catch(() => undefined), REST);
  }

  /** Sends what waits, after what is under way. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    const before = this.line;
    const next = (async () => {
      await before;
      await this.out();
    })();
    this.line = next.catch(() => undefined);
    return next;
  }

  private async out(): Promise<void> {
    if (!this.waits) return;
    const answers = this.changed;
    this.changed = {};
    this.tell({ state: "saving" });
    try {
      await this.send(answers);
    } catch (error) {
      this.changed = { ...answers, ...this.changed };
      this.tell({ state: "failed", error });
      throw error;
    }
    this.tell({ state: this.waits ? "waiting" : "saved", at: new Date() });
  }

  private async send(answers: Answers): Promise<void> {
    if (Object.keys(answers).length === 0) return;
    try {
      this.take(
        await call(
          api.PATCH("/api/v1/applications/{id}", {
            params: { path: { id: this.id }, header: ifMatch(this.version) },
            body: { answers: answers as Record<string, never> },
          }),
        ),
      );
    } catch (error) {
      if (isProblem(error, "version_changed")) {
        // Only what was changed here is sent, so it stands beside what was changed elsewhere.
        await this.newest();
        await this.send(answers);
        return;
      }
      if (isProblem(error) && error.status === 422 && error.errors.length > 0) {
        this.refused([...error.errors]);
        const wrong = new Set(error.errors.map((one) => one.field.replace(/^answers\./, "")));
        await this.send(Object.fromEntries(Object.entries(answers).filter(([key]) => !wrong.has(key))));
      }
      throw error;
    }
  }
}
