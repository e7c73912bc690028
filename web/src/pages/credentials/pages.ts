// One file to load, so that the first load of every page names one more and not three.
export { Component as Issued } from "./Issued";
export { Component as Mine } from "./Mine";
export { Component as Papers } from "./Papers";
