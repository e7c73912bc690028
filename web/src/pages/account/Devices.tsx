import { DesktopOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Flex, Popconfirm, Tag, Typography } from "antd";
import { useTranslation } from "@/i18n";
import { useSignedOut } from "@/app/AccountMenu";
import { api, call } from "@/api/client";
import { getQuery, useInvalidate } from "@/api/query";
import { DateTime } from "@/ui/DateTime";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { useProblemText } from "@/ui/problems";
import { readUserAgent } from "./userAgent";

export function Component() {
  const { t } = useTranslation("account");
  const { t: common } = useTranslation();
  const { message } = App.useApp();
  const say = useProblemText();
  const invalidate = useInvalidate();
  const signedOut = useSignedOut();
  const { data, error, isPending, refetch } = useQuery(getQuery("/api/v1/auth/sessions"));

  const end = useMutation({
    mutationFn: (id: string) => call(api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } })),
    onSuccess: () => message.success(t("devices.ended")),
    onError: (wrong) => message.error(say.whole(wrong)),
    onSettled: () => invalidate("/api/v1/auth/sessions"),
  });
  const everywhere = useMutation({
    mutationFn: () => call(api.POST("/api/v1/auth/logout-everywhere")),
    onSuccess: signedOut,
    onError: (wrong) => message.error(say.whole(wrong)),
  });

  return (
    <div style={{ maxWidth: 820 }}>
      <PageTitle
        lead={t("devices.lead")}
        actions={
          <Popconfirm
            title={t("devices.everywhereSure")}
            okText={t("devices.everywhereOk")}
            cancelText={common("action.cancel")}
            onConfirm={() => everywhere.mutate()}
          >
            <Button danger loading={everywhere.isPending}>
              {t("devices.everywhere")}
            </Button>
          </Popconfirm>
        }
      >
        {t("devices.title")}
      </PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <PageSkeleton />}
      <Flex vertical gap={12} component="ul" style={{ listStyle: "none", padding: 0, margin: 0 }}>
        {data?.items.map((device) => {
          const agent = readUserAgent(device.user_agent);
          const name = agent ? t("devices.more", agent) : device.user_agent || t("devices.unknown");
          return (
            <li key={device.id}>
              <Card size="small">
                <Flex gap={16} align="center" wrap>
                  <DesktopOutlined style={{ fontSize: 24 }} aria-hidden />
                  <div style={{ flex: 1, minWidth: 220 }}>
                    <div title={device.user_agent}>
                      <strong>{name}</strong>{" "}
                      {device.current && <Tag color="success">{t("devices.current")}</Tag>}
                    </div>
                    <Typography.Text type="secondary">
                      {t("devices.lastUsed")} <DateTime value={device.last_used_at} /> · {t("devices.signedIn")}{" "}
                      <DateTime value={device.created_at} /> · {t("devices.address")} {device.address}
                    </Typography.Text>
                  </div>
                  {!device.current && (
                    <Button
                      aria-label={`${t("devices.end")}: ${name}`}
                      loading={end.isPending && end.variables === device.id}
                      onClick={() => end.mutate(device.id)}
                    >
                      {t("devices.end")}
                    </Button>
                  )}
                </Flex>
              </Card>
            </li>
          );
        })}
      </Flex>
    </div>
  );
}
