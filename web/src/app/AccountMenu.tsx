import { UserOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { type Me, meQuery } from "@/api/query";
import { session } from "@/api/session";
import { LANGUAGES, setLanguage, useTranslation } from "@/i18n";
import { useNamed } from "@/i18n/useText";
import { useProblemText } from "@/ui/problems";
import { HeaderMenu } from "./HeaderMenu";
import { CHOICES, useAppearance, usePhone } from "./theme";

/** Forgets everything that was read and shows what a visitor sees. */
export function useSignedOut() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return () => {
    session.setAccount(undefined);
    session.settle(false);
    client.clear();
    client.setQueryData(meQuery.queryKey, null);
    navigate("/", { replace: true });
  };
}

export function AccountMenu({ me }: { me: Me }) {
  const { t, i18n } = useTranslation();
  const named = useNamed();
  const navigate = useNavigate();
  const signedOut = useSignedOut();
  const { message } = App.useApp();
  const say = useProblemText();
  const phone = usePhone();
  const { choice, choose } = useAppearance();

  const signOut = async () => {
    try {
      await call(api.POST("/api/v1/auth/logout"));
      signedOut();
    } catch (error) {
      message.error(say.whole(error));
    }
  };

  return (
    <HeaderMenu
      icon={<UserOutlined />}
      aria-label={`${t("shell.account")} ${me.display_name}`}
      menu={{
        selectedKeys: [choice, i18n.language],
        items: [
          {
            key: "who",
            type: "group",
            label: (
              <div style={{ maxWidth: 280 }}>
                <strong>{me.display_name}</strong>
                {me.grants.slice(0, 6).map((grant) => (
                  <div key={grant.id}>
                    {t(`role.${grant.role as "teacher"}`)} · {named(grant.scope_name_zh, grant.scope_name_en)}
                  </div>
                ))}
              </div>
            ),
          },
          { type: "divider" },
          { key: "password", label: t("shell.password"), onClick: () => navigate("/account/password") },
          { key: "devices", label: t("shell.devices"), onClick: () => navigate("/account/devices") },
          ...(me.grants.some(({ role }) => role === "student" || role === "guardian")
            ? [{ key: "erasure", label: t("shell.erasure"), onClick: () => navigate("/account/erasure") }]
            : []),
          ...(phone
            ? [
                {
                  key: "languages",
                  type: "group" as const,
                  label: t("language.label"),
                  children: LANGUAGES.map((key) => ({
                    key,
                    label: <span lang={key}>{t(`language.${key}`)}</span>,
                    onClick: () => void setLanguage(key),
                  })),
                },
                {
                  key: "themes",
                  type: "group" as const,
                  label: t("theme.label"),
                  children: CHOICES.map((key) => ({
                    key,
                    label: t(`theme.${key}`),
                    onClick: () => choose(key),
                  })),
                },
              ]
            : []),
          { type: "divider" },
          { key: "out", label: t("shell.signOut"), onClick: signOut },
        ],
      }}
    >
      {!phone && <span style={{ maxWidth: 140, overflow: "hidden", textOverflow: "ellipsis" }}>{me.display_name}</span>}
    </HeaderMenu>
  );
}
