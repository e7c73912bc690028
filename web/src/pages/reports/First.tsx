import { Navigate, useLocation } from "react-router";
import { readyPath } from "./kinds";

/** A base's reports begin with what is due to it. */
export function Component() {
  const { search } = useLocation();
  return <Navigate replace to={`${readyPath("settlement", "/base/reports")}${search}`} />;
}
