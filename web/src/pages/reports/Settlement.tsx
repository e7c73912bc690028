import { Navigate, useLocation } from "react-router";
import { readyPath } from "./kinds";

/** Where a base had its settlement before it had its other reports: links to it still lead there. */
export function Component() {
  const { search } = useLocation();
  return <Navigate replace to={`${readyPath("settlement", "/base/reports")}${search}`} />;
}
