import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = process.env.KEPU_API ?? "http://127.0.0.1:8080";
// The service refuses changes that another site asks for, and judges that by Host: keep the one the browser sent.
const proxy = Object.fromEntries(
  ["/api", "/healthz", "/readyz"].map((path) => [path, { target: api, changeOrigin: false }]),
);

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy, strictPort: true },
  preview: { proxy, strictPort: true },
  build: {
    outDir: "dist",
    target: "baseline-widely-available",
    // The Content-Security-Policy allows files of our own alone: no data: addresses, no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
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
