import { Tabs } from "antd";
import { useMe } from "@/api/query";
import { rolesOf } from "@/app/roles";
import { useTranslation } from "@/i18n";
import { PageTitle } from "@/ui/PageTitle";
import { useAddress } from "@/ui/useAddress";
import { Exports } from "./Exports";
import { Webhooks } from "./Webhooks";

/** What other systems are told, and what they can take along. */
export function Component() {
  const { t } = useTranslation(["connections", "common"]);
  const roles = rolesOf(useMe());
  const [{ tab }, set] = useAddress("tab");
  const official = roles.includes("district_official");
  const tabs = [
    ...(official || roles.includes("auditor") ? [{ key: "webhooks", label: t("tabs.webhooks"), children: <Webhooks manages={official} /> }] : []),
    ...(official || roles.includes("school_admin") ? [{ key: "exports", label: t("tabs.exports"), children: <Exports official={official} /> }] : []),
  ];
  return (
    <>
      <PageTitle lead={t("lead")}>{t("common:areas.connections")}</PageTitle>
      {tabs.length > 1 ? (
        <Tabs
          activeKey={tabs.find(({ key }) => key === tab)?.key ?? "webhooks"}
          onChange={(key) => set({ tab: key === "webhooks" ? undefined : key })}
          destroyOnHidden
          items={tabs}
        />
      ) : (
        tabs[0]?.children
      )}
    </>
  );
}
