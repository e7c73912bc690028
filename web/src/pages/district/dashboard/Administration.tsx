import { Card } from "antd";
import { useTranslation } from "@/i18n";
import { Link } from "react-router";
import { Muted } from "@/ui/Muted";

const PLACES = ["authorities", "organizations", "designations", "competitions", "policies", "accounts", "audit", "settings"] as const;

/** The start for who runs the installation and reads no pupil's data. */
export function Administration() {
  const { t } = useTranslation("district");
  return (
    <ul
      style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12, gridTemplateColumns: "repeat(auto-fill, minmax(240px, 1fr))" }}
    >
      {PLACES.map((place) => (
        <li key={place}>
          <Card size="small">
            <Link to={`/district/${place}`}>
              <strong>{t(`menu.${place}`)}</strong>
            </Link>
            <Muted block style={{ margin: "4px 0 0" }}>
              {t(`administration.${place}`)}
            </Muted>
          </Card>
        </li>
      ))}
    </ul>
  );
}
