import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Select } from "antd";
import { useEffect } from "react";
import { useTranslation } from "@/i18n";
import { getQuery, type Me } from "@/api/query";
import { session } from "@/api/session";
import { useNamed } from "@/i18n/useText";
import { usePhone } from "./theme";

/** Chooses the district that the pages are about, for accounts that have business in several. */
export default function DistrictSwitch({ me }: { me: Me }) {
  const { t } = useTranslation();
  const named = useNamed();
  const phone = usePhone();
  const client = useQueryClient();
  const { message } = App.useApp();
  const above = me.grants.some((grant) => !grant.district_id);
  const own = new Set(me.grants.flatMap((grant) => grant.district_id ?? []));
  const { data } = useQuery({
    ...getQuery("/api/v1/districts", { params: { query: { limit: 500 } } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const districts = (data?.items ?? []).filter((district) => above || own.has(district.id));
  // Where there is one district, whoever stands above it works in that one.
  const only = districts.length === 1 && above && !me.district_id && !session.district() ? districts[0]?.id : undefined;
  useEffect(() => {
    if (only === undefined) return;
    session.setDistrict(only);
    void client.invalidateQueries();
  }, [only, client]);
  if (districts.length < 2) return null;

  const choose = async (id: string) => {
    session.setDistrict(id);
    await client.invalidateQueries();
    const chosen = districts.find((district) => district.id === id);
    message.success(t("shell.districtChanged", { name: named(chosen?.name_zh, chosen?.name_en) }));
  };

  return (
    <Select
      aria-label={t("shell.district")}
      value={session.district() ?? me.district_id ?? null}
      onChange={choose}
      showSearch={{ optionFilterProp: "label" }}
      popupMatchSelectWidth={false}
      style={{ width: phone ? 110 : 170 }}
      options={districts.map((district) => ({
        value: district.id,
        label: named(district.name_zh, district.name_en),
      }))}
    />
  );
}
