import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import reader from "zxing-wasm/reader/zxing_reader.wasm?url";

/** Our own reader of QR codes; the file is one of ours, since the module's default is a public CDN. */
export async function ours() {
  await prepareZXingModule({
    overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? reader : prefix + path) },
    // Say now if it cannot be loaded, and not with every picture.
    fireImmediately: true,
  });
  return {
    async detect(source: HTMLCanvasElement) {
      const picture = source.getContext("2d")?.getImageData(0, 0, source.width, source.height);
      if (!picture) return [];
      const codes = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 2, tryInvert: false });
      return codes.filter((code) => code.isValid).map((code) => ({ rawValue: code.text }));
    },
  };
}
