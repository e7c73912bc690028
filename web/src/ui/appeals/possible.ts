import type { Schemas } from "@/api/client";

export type CorrectionKind = Schemas["CorrectionKind"];

/** What can be wanted of a line in this state, the usual one first. As the service has it. */
export function possible(of: "participation" | "result", state: string): CorrectionKind[] {
  if (of === "result") {
    if (state === "verified") return ["correct", "revoke"];
    return ["submitted", "returned", "revoked"].includes(state) ? ["verify"] : [];
  }
  if (state === "confirmed") return ["amend", "void"];
  return ["registered", "attended", "recorded", "absent", "rejected", "voided"].includes(state) ? ["confirm"] : [];
}
