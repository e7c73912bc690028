import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { ready } from "./i18n";
import "./app/global.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await ready;
createRoot(root).render(<App />);
