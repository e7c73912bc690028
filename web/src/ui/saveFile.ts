import { App } from "antd";
import { useState } from "react";
import { kepuFetch } from "@/api/fetch";
import { problemOf } from "@/api/problem";
import { download } from "./csv";
import { useProblemText } from "./problems";
import { today } from "./time";

/** The name that an answer gives its file. */
export function fileNameOf(disposition: string | null): string | undefined {
  const coded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (coded !== undefined) {
    try {
      return decodeURIComponent(coded);
    } catch {
      return undefined;
    }
  }
  return /filename="?([^";]+)"?/i.exec(disposition ?? "")?.[1];
}

/** Fetches a file as the pages fetch everything, with the district and an expired sign-in, and hands it to the browser. */
export function useSaveFile() {
  const { message } = App.useApp();
  const say = useProblemText();
  const [busy, setBusy] = useState(false);
  const save = async (href: string, fallback: string) => {
    setBusy(true);
    try {
      const response = await kepuFetch(new Request(new URL(href, location.origin)));
      if (!response.ok) throw await problemOf(response);
      const name = fileNameOf(response.headers.get("content-disposition"));
      download(name ?? `${fallback}-${today()}`, await response.blob());
    } catch (error) {
      message.error(say.whole(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, save };
}
