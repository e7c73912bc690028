import type { Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";

// The worker of the door: it keeps the files that the door is made of, and starts addresses below /door without a network.
// It never sees the API: what must not get lost is in the page's own outbox.

/** Pages that must start without a network. */
const PAGES = /\/src\/pages\/door\/(Doors|DoorPage)\.tsx$/;
/** Parts whose later imports belong to the door too. */
const OURS = /\/src\/(pages\/)?door\//;
/** Parts that a page asks for by itself when it starts, or when something goes wrong. */
const ASKED = /\/src\/i18n\/(zh-CN|en)\/(common|door|account)\.ts$|\/antd\/es\/(locale\/(zh_CN|en_US)|alert\/index)\.js$|\/dayjs\/locale\/zh-cn\.js$/;
/** Files that no script names. */
const BESIDE = ["index.html", "favicon.svg", "door.webmanifest", "door-192.png", "door-512.png"];

export function offlineDoor(): Plugin[] {
  const files = new Set<string>();
  const collect: Plugin = {
    name: "files-of-the-door",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const add = (name: string) => {
          const chunk = bundle[name];
          if (files.has(name) || chunk?.type !== "chunk") return;
          files.add(name);
          for (const file of chunk.viteMetadata?.importedCss ?? []) files.add(file);
          for (const file of chunk.viteMetadata?.importedAssets ?? []) files.add(file);
          for (const file of chunk.imports) add(file);
          if (chunk.moduleIds.some((id) => OURS.test(id)) && !chunk.isEntry) for (const file of chunk.dynamicImports) add(file);
        };
        for (const chunk of Object.values(bundle))
          if (chunk.type === "chunk" && (chunk.isEntry || chunk.moduleIds.some((id) => PAGES.test(id) || ASKED.test(id))))
            add(chunk.fileName);
      },
    },
  };
  return [
    collect,
    ...VitePWA({
      filename: "door-worker.js",
      // The door's pages ask for it themselves; the manifest is a file of its own.
      injectRegister: false,
      manifest: false,
      workbox: {
        globPatterns: ["**/*"],
        manifestTransforms: [
          (entries) => ({ manifest: entries.filter(({ url }) => files.has(url) || BESIDE.includes(url)), warnings: [] }),
        ],
        maximumFileSizeToCacheInBytes: 3_000_000,
        // Names in assets/ change with the content: they need no other mark.
        dontCacheBustURLsMatching: /^assets\//,
        navigateFallback: "/index.html",
        navigateFallbackAllowlist: [/^\/door(\/|$)/],
        cleanupOutdatedCaches: true,
        inlineWorkboxRuntime: true,
        // A page that is open keeps the files it began with: a new worker waits until it is closed.
        skipWaiting: false,
        clientsClaim: true,
      },
    }),
  ];
}
