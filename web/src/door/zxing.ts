import { BarcodeDetector, prepareZXingModule } from "barcode-detector/ponyfill";
import reader from "zxing-wasm/reader/zxing_reader.wasm?url";

// The module's own default is a public CDN: name our file before it is first used.
prepareZXingModule({
  overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? reader : prefix + path) },
});

export function ours() {
  const made = new BarcodeDetector({ formats: ["qr_code"] });
  return { detect: (source: HTMLCanvasElement) => made.detect(source) };
}
