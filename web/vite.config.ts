import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { offlineDoor } from "./offline.ts";

const api = process.env.KEPU_API ?? "http://127.0.0.1:8080";
// The service refuses changes that another site asks for, and judges that by Host: keep the one the browser sent.
const proxy = Object.fromEntries(
  ["/api", "/healthz", "/readyz"].map((path) => [path, { target: api, changeOrigin: false }]),
);

/**
 * antd's ConfigProvider brings all of its forms along for one context, and the popups of a kind of tooltip that these
 * pages do not use (`tooltip.unique`): 22 KB gzip of every first load. What it really uses of them stays.
 */
const lighter: Plugin = {
  name: "lighter-config-provider",
  apply: "build",
  transform(code, id) {
    if (id.endsWith("/antd/es/form/context.js"))
      return code.replace("from '@rc-component/form';", "from '@rc-component/form/es/FormContext';");
    if (id.endsWith("/antd/es/config-provider/index.js"))
      return code.replace("import UniqueProvider from '../tooltip/UniqueProvider';", "const UniqueProvider = React.Fragment;");
    return undefined;
  },
};

export default defineConfig({
  plugins: [react(), lighter, offlineDoor()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy, strictPort: true },
  preview: { proxy, strictPort: true },
  build: {
    outDir: "dist",
    target: "baseline-widely-available",
    // The Content-Security-Policy allows files of our own alone: no data: addresses, no inline script.
    assetsInlineLimit: 0,
    // A list of every page's files would stand in the first script; pages name their own.
    modulePreload: { polyfill: false, resolveDependencies: (_, deps, { hostType }) => (hostType === "html" ? deps : deps.filter((file) => file.endsWith(".css"))) },
    // ECharts is one file on demand.
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    testTimeout: 20_000,
  },
});
