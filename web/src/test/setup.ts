import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

afterEach(cleanup);
// A busy machine draws slowly.
configure({ asyncUtilTimeout: 10_000 });

// jsdom draws nothing, so there is nowhere to scroll to.
Element.prototype.scrollIntoView = () => undefined;

// jsdom has neither; antd asks for both.
vi.stubGlobal("matchMedia", (query: string) => ({
  matches: false,
  media: query,
  addEventListener() {},
  removeEventListener() {},
  addListener() {},
  removeListener() {},
}));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
);
