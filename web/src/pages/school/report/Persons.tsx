import { Component as Report } from "@/pages/district/reports/Persons";
import { OfSchool } from "./OfSchool";

export function Component() {
  return (
    <OfSchool>
      <Report />
    </OfSchool>
  );
}
