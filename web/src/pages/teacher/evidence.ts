import { api, call } from "@/api/client";

/** Adds a file to a result as its evidence. */
export function sendEvidence(result: string, file: File) {
  const form = new FormData();
  form.append("file", file, file.name);
  return call(
    api.POST("/api/v1/results/{id}/evidence", {
      params: { path: { id: result } },
      body: form as never,
      bodySerializer: (body: unknown) => body as FormData,
    }),
  );
}
