import { Component as Report } from "@/pages/reports/Ready";
import { OfSchool } from "./OfSchool";

export function Component() {
  return (
    <OfSchool>
      <Report />
    </OfSchool>
  );
}
