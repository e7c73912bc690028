import { refresh } from "@/api/fetch";
import { ProblemError } from "@/api/problem";
import { session } from "@/api/session";

interface Answer {
  status: number;
  body: string;
}

/** `fetch` does not tell how far an upload is; this does. */
function post(path: string, file: File, key: string, told: (percent: number) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("idempotency-key", key);
    const district = session.district();
    if (district !== undefined) request.setRequestHeader("kepu-district", district);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      if (total > 0) told(Math.floor((loaded * 100) / total));
    });
    request.addEventListener("load", () => resolve({ status: request.status, body: request.responseText }));
    request.addEventListener("error", () => reject(new ProblemError({ status: 0, code: "network" })));
    const form = new FormData();
    form.set("file", file);
    request.send(form);
  });
}

/** Sends one file, telling how far it is. The same key makes the same file once. */
export async function uploadFile(path: string, file: File, key: string, told: (percent: number) => void): Promise<void> {
  let answer = await post(path, file, key, told);
  if (answer.status === 401 && ((await refresh()) || (await session.untilSignedIn()))) answer = await post(path, file, key, told);
  if (answer.status < 300) return;
  let problem: object = {};
  try {
    problem = JSON.parse(answer.body) as object;
  } catch {
    // No problem in the service's words.
  }
  throw new ProblemError({ ...problem, status: answer.status });
}
