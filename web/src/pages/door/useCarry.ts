import { App } from "antd";
import { carry, makeFile, readFile } from "@/door/export";
import { outbox, store } from "@/door/shared";
import { useTranslation } from "@/i18n";
import { download } from "@/ui/csv";

/** Files of scans, out of this device and into it. */
export function useCarry() {
  const { t } = useTranslation("door");
  const { message } = App.useApp();
  return {
    async write(session: string) {
      const { text, count } = await makeFile(store, session);
      if (count === 0) return void message.info(t("carry.nothing"));
      const at = new Date().toISOString().slice(0, 16).replaceAll(/[-:T]/g, "");
      download(`kepu-door-${session.slice(-6)}-${at}.json`, new Blob([text], { type: "application/json" }));
      message.success(t("carry.exported", { count }));
    },
    read() {
      const input = document.createElement("input");
      input.type = "file";
      input.accept = ".json,application/json";
      input.addEventListener("change", async () => {
        const text = await input.files?.[0]?.text();
        if (text === undefined) return;
        const parts = readFile(text);
        if (!parts) return void message.error(t("carry.bad"));
        const kept = await store.sessions.bulkGet(parts.map((part) => part.session));
        const [first] = kept;
        if (!first || kept.includes(undefined)) return void message.error(t("carry.otherSession"));
        await carry(store, parts, first.district_id);
        message.success(t("carry.imported", { count: parts.reduce((sum, part) => sum + part.count, 0) }));
        void outbox.flush(true);
      });
      input.click();
    },
  };
}
