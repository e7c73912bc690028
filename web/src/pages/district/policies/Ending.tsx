import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Flex, Form, Input } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { api, call, ifMatch, type Schemas } from "@/api/client";
import { useInvalidate, useMe } from "@/api/query";
import { useTranslation } from "@/i18n";
import { DateTime } from "@/ui/DateTime";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { today } from "@/ui/time";
import { FormModal } from "../FormModal";

type Adoption = Schemas["AdoptionView"];

function useSettled() {
  const invalidate = useInvalidate();
  return () => void invalidate("/api/v1/adoptions", "/api/v1/scored-policies", "/api/v1/reports", "/api/v1/scores", "/api/v1/persons");
}

/** The end of a policy that is under way: from when, why, and what an official may do about it. */
export function Ending({ adoption, official }: { adoption: Adoption; official: boolean }) {
  const { t } = useTranslation("district");
  const { modal } = App.useApp();
  const { account_id } = useMe();
  const settled = useSettled();
  const params = { path: { id: adoption.id }, header: ifMatch(adoption.version) };
  const agree = useMutation({ mutationFn: () => call(api.POST("/api/v1/adoptions/{id}/end/agreement", { params })), onSettled: settled });
  const withdraw = useMutation({ mutationFn: () => call(api.DELETE("/api/v1/adoptions/{id}/end", { params })), onSettled: settled });
  const { ending } = adoption;
  if (!ending) return null;
  const sure = (title: string, act: () => Promise<unknown>) =>
    modal.confirm({ title, onOk: () => act().catch(() => undefined) });
  return (
    <>
      <ProblemAlert error={agree.error ?? withdraw.error} />
      <Alert
        type="warning"
        showIcon
        style={{ marginBottom: 12 }}
        title={t(ending.waits ? "ending.waits" : "ending.comes", { day: ending.on })}
        description={
          <>
            {ending.reason}
            <br />
            {t("ending.asked", { name: ending.asked_by_name ?? "" })} <DateTime value={ending.asked_at} />
            {ending.agreed_at && (
              <>
                {" · "}
                {t("ending.agreed", { name: ending.agreed_by_name ?? "" })} <DateTime value={ending.agreed_at} />
              </>
            )}
          </>
        }
        action={
          official && (
            <Flex vertical gap={8} className="kepu-no-print">
              {ending.waits && ending.asked_by !== account_id && (
                <Button danger loading={agree.isPending} onClick={() => sure(t("ending.agreeSure", { day: ending.on }), agree.mutateAsync)}>
                  {t("ending.agree")}
                </Button>
              )}
              <Button loading={withdraw.isPending} onClick={() => sure(t("ending.withdrawSure"), withdraw.mutateAsync)}>
                {t("ending.withdraw")}
              </Button>
            </Flex>
          )
        }
      />
    </>
  );
}

/** Asks for the end of a policy: from which day on, and why. */
export function EndForm({ adoption, onClose }: { adoption: Adoption; onClose: () => void }) {
  const { t } = useTranslation("district");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const settled = useSettled();
  const required = { required: true, message: common("problem.field.required") };
  return (
    <FormModal<{ on: Dayjs; reason: string }, Adoption>
      title={t("ending.title")}
      okText={t("ending.title")}
      danger
      lead={t("ending.lead")}
      initial={{ on: dayjs(today()) }}
      send={({ on, reason }, newest) =>
        call(
          api.POST("/api/v1/adoptions/{id}/end", {
            params: { path: { id: adoption.id }, header: ifMatch(newest ?? adoption.version) },
            body: { on: on.format("YYYY-MM-DD"), reason },
          }),
        )
      }
      onDone={(done) => {
        settled();
        message.success(t(done.state === "ended" ? "ending.ended" : done.ending?.waits ? "ending.waitsNow" : "ending.planned"));
        onClose();
      }}
      onClose={onClose}
    >
      <Form.Item name="on" label={t("ending.on")} rules={[required]}>
        <DatePicker
          // Enter takes the day; it ends nothing.
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
          allowClear={false}
          style={{ width: "100%" }}
          disabledDate={(day) => day.isBefore(dayjs(today()), "day")}
        />
      </Form.Item>
      <Form.Item name="reason" label={t("ending.reason")} rules={[{ ...required, whitespace: true }]}>
        <Input.TextArea rows={3} maxLength={1000} />
      </Form.Item>
    </FormModal>
  );
}
