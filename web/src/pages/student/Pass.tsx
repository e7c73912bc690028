import { useQuery } from "@tanstack/react-query";
import { Card, Flex, QRCode } from "antd";
import { getQuery } from "@/api/query";
import { useTranslation } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { Muted } from "@/ui/Muted";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { PageTitle } from "@/ui/PageTitle";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { ChildSwitch, useWhose } from "./whose";

/** The pass to hold before the guide's phone. It holds no name. */
export function Component() {
  const { t } = useTranslation("student");
  const whose = useWhose();
  const id = whose.person?.id ?? "";
  const { data, error, isPending, refetch } = useQuery({
    ...getQuery("/api/v1/persons/{id}/pass", { params: { path: { id } } }),
    enabled: id !== "",
  });
  if (!whose.person) return <EmptyState title={t("nobody")} lead={t("nobodyLead")} />;
  return (
    <div style={{ maxWidth: 480 }}>
      <ChildSwitch whose={whose} />
      <PageTitle lead={t("pass.lead")}>{t("pass.title")}</PageTitle>
      <ProblemAlert error={error} retry={refetch} />
      {isPending && <PageSkeleton />}
      {data && (
        <Card>
          <Flex vertical align="center" gap={12}>
            {/* Black on white whatever the appearance: cameras read nothing else as well. */}
            <QRCode
              aria-label={t("pass.code", { name: whose.person.name })}
              value={data.token}
              size={280}
              type="svg"
              errorLevel="M"
              color="#000"
              bgColor="#fff"
              marginSize={4}
            />
            <strong style={{ fontSize: 18 }}>{whose.person.name}</strong>
            <span style={{ fontVariantNumeric: "tabular-nums", letterSpacing: 1 }}>{data.public_number}</span>
            <Muted style={{ textAlign: "center" }}>{t("pass.lost")}</Muted>
          </Flex>
        </Card>
      )}
    </div>
  );
}
