import { Suspense } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { ready } from "./i18n";
import "./app/global.css";

// Not awaited at the top: the texts are files of their own, which may need this one to be ready.
async function start() {
  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  await ready;
  createRoot(root).render(
    <Suspense>
      <App />
    </Suspense>,
  );
}

void start();
