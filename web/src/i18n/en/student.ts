import type zh from "../zh-CN/student";
import type { Texts } from "../texts";

const texts: Texts<typeof zh> = {
  child: "Which child",
  nobody: "No pupil belongs to this account yet",
  nobodyLead: "Ask the school.",
  home: {
    title: "Science credit",
    mine: "My science credit",
    of: "Science credit of {{name}}",
    latest: "Last records",
    allLines: "Line by line",
    booked: "Registered",
    coming: "Coming up",
    comingLead: "Open to this grade. Tell your teacher if you want to go: the school registers you.",
    comingNone: "Nothing open is coming up.",
    calendar: "Calendar",
    places_one: "{{count}} place left",
    places_other: "{{count}} places left",
    full: "Full, waitlist",
  },
  credits: {
    title: "Where credit comes from",
    lead: "{{name}}, {{total}} credits in all",
    view: "View",
    sheet: "Line by line",
    history: "History",
    ledger: "Ledger",
    policy: "The rules",
    proof: "Download proof",
    proofLead: "Proves that this credit is in the ledger of the district, unchanged. It can be checked without this service. One file for each entry, several as an archive.",
    proofOf: "Proof",
    proofOne: "Download the proof of {{what}} on {{day}} ({{amount}} credits)",
    empty: "No record has been scored yet. What you take part in stands here once the host has confirmed it.",
  },
  pass: {
    title: "My pass",
    lead: "Show it at the gate of a base: the guide scans it, and you are in.",
    code: "Pass of {{name}}",
    lost: "If a printed card is lost, ask a teacher for a new one; the old one is void from then on.",
  },
  results: {
    title: "Contest results",
    lead: "Submitted by teachers; they count once the district has verified them.",
    empty: "No contest results yet",
    emptyLead: "When you win something, give the certificate to your teacher.",
  },
};
export default texts;
