import { useMutation } from "@tanstack/react-query";
import { App } from "antd";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { useIdempotencyKey, useInvalidate } from "@/api/query";
import { useTranslation } from "@/i18n";

type Step =
  | { step: "approve"; body: Schemas["ErasureApproval"] }
  | { step: "refuse"; body: Schemas["ErasureRefusal"] }
  | { step: "take-back"; body: Schemas["ErasureNote"] };

/** Takes a step of an erasure as it was read. */
export function useStep(of: Schemas["ErasureView"]) {
  const { t } = useTranslation("erasures");
  const { message } = App.useApp();
  const key = useIdempotencyKey();
  const invalidate = useInvalidate();
  return useMutation({
    mutationFn: (step: Step) => {
      const params = { path: { id: of.id }, header: { ...ifMatch(of.version), ...key.header } };
      if (step.step === "approve") return call(api.POST("/api/v1/erasures/{id}/approve", { params, body: step.body }));
      if (step.step === "refuse") return call(api.POST("/api/v1/erasures/{id}/refuse", { params, body: step.body }));
      return call(api.POST("/api/v1/erasures/{id}/take-back", { params, body: step.body }));
    },
    onSuccess: (_, { step }) => message.success(t(step === "approve" ? "approved" : step === "refuse" ? "refused" : "takenBack")),
    onSettled: () => {
      key.renew();
      return invalidate("/api/v1/erasures");
    },
  });
}
