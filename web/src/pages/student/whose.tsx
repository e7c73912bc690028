import { Segmented } from "antd";
import { useTranslation } from "@/i18n";
import { useMe } from "@/api/query";
import { setStored, useStored } from "@/ui/stored";
import { useAddress } from "@/ui/useAddress";

/** Whose credits are shown: the pupil's own, or those of the child that was chosen last. */
export function useWhose() {
  const me = useMe();
  const [address, setAddress] = useAddress("person");
  const [stored] = useStored(`child.${me.account_id}`);
  const persons = [
    ...new Map(
      me.grants.flatMap((grant) =>
        (grant.role === "student" || grant.role === "guardian") && grant.person_id
          ? [[grant.person_id, { id: grant.person_id, name: grant.scope_name_zh, own: grant.role === "student" }]]
          : [],
      ),
    ).values(),
  ];
  const person =
    persons.find(({ id }) => id === address.person) ?? persons.find(({ id }) => id === stored) ?? persons[0];
  return {
    persons,
    person,
    choose: (id: string) => {
      setStored(`child.${me.account_id}`, id);
      setAddress({ person: id });
    },
  };
}

/** Switches between the children of a guardian; nothing for everybody else. */
export function ChildSwitch({ whose }: { whose: ReturnType<typeof useWhose> }) {
  const { t } = useTranslation("student");
  const { persons, person, choose } = whose;
  if (persons.length < 2 || !person) return null;
  return (
    <Segmented
      className="kepu-no-print"
      aria-label={t("child")}
      style={{ marginBottom: 14, maxWidth: "100%", overflowX: "auto" }}
      value={person.id}
      onChange={choose}
      options={persons.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
