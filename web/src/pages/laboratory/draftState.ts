/** How far a draft is: one that is published is in force, or could not be made so, once its day has come. */
export function draftState(draft: { state: string; adoption_state?: string | null }) {
  if (draft.state !== "published") return draft.state;
  if (draft.adoption_state === "effective") return "effective";
  return draft.adoption_state === "failed" || draft.adoption_state === "discarded" ? "notEffective" : "published";
}
