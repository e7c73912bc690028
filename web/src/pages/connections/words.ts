import { App } from "antd";
import type { Schemas } from "@/api/client";
import { useTranslation } from "@/i18n";

export type Webhook = Schemas["WebhookView"];
export type Delivery = Schemas["WebhookDeliveryView"];
export type Kind = Schemas["WebhookKind"];

/** What an endpoint can ask for. */
export const KINDS = [
  "ledger_entry.booked",
  "participation.confirmed",
  "participation.amended",
  "participation.voided",
  "result.verified",
  "result.revoked",
  "policy_version.effective",
  "credential.issued",
  "credential.revoked",
] as const satisfies readonly Kind[];

export const STATES = ["waiting", "delivered", "failed", "cancelled"] as const satisfies readonly Delivery["state"][];

/** A body with line breaks, to be read. */
export function pretty(body: string) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** What an attempt was answered: a status, or why there was none. */
export function useAnswer() {
  const { t } = useTranslation("connections");
  return ({ status, failure }: { status?: number | null | undefined; failure?: Schemas["WebhookFailure"] | null | undefined }) =>
    failure ? t(`failure.${failure}`) : status ? String(status) : "";
}

/** Copies a secret or a piece of code, and says so. */
export function useCopy() {
  const { t } = useTranslation("connections");
  const { message } = App.useApp();
  return async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      message.success(t("secret.copied"));
    } catch {
      message.error(t("secret.notCopied"));
    }
  };
}
