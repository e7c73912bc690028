import { Select } from "antd";
import { useTranslation } from "@/i18n";
import { type Me, useMe } from "@/api/query";
import { useNamed } from "@/i18n/useText";

const STORED = "kepu.school";

/** The schools that the account administers. */
export function schoolsOf(me: Me) {
  const schools = new Map<string, { id: string; zh: string; en: string }>();
  for (const grant of me.grants)
    if (grant.role === "school_admin" && grant.organization_id)
      schools.set(grant.organization_id, {
        id: grant.organization_id,
        zh: grant.scope_name_zh,
        en: grant.scope_name_en,
      });
  return [...schools.values()];
}

/** The school of these pages: the only one of nearly every account, else the one that was chosen last. */
export function useSchool() {
  const schools = schoolsOf(useMe());
  const named = useNamed();
  const chosen = localStorage.getItem(STORED);
  const school = schools.find(({ id }) => id === chosen) ?? schools[0];
  return { id: school?.id ?? "", name: named(school?.zh, school?.en) };
}

/** For the few who administer several schools. */
export function SchoolSwitch() {
  const { t } = useTranslation("school");
  const schools = schoolsOf(useMe());
  const named = useNamed();
  const { id } = useSchool();
  if (schools.length < 2) return null;
  return (
    <Select
      aria-label={t("school")}
      value={id}
      style={{ minWidth: 200 }}
      options={schools.map((school) => ({ value: school.id, label: named(school.zh, school.en) }))}
      onChange={(next) => {
        localStorage.setItem(STORED, next);
        // Every page of the area reads the school anew.
        location.assign("/school");
      }}
    />
  );
}
