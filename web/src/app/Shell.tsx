import { LoginOutlined, MenuOutlined, SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Flex, theme } from "antd";
import { lazy, Suspense, useEffect, useLayoutEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "@/i18n";
import { Link, Navigate, Outlet, ScrollRestoration, useLocation, useMatches, useNavigate } from "react-router";
import { isProblem } from "@/api/problem";
import { meQuery } from "@/api/query";
import { session } from "@/api/session";
import { useText } from "@/i18n/useText";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { ProblemAlert } from "@/ui/ProblemAlert";
import type { Handle } from "./area";
import { menu } from "./areas";
import { AccountMenu } from "./AccountMenu";
import { AppearanceMenu, LanguageMenu } from "./Preferences";
import { MainMenu } from "./MainMenu";
import { Forbidden } from "./NotFound";
import { mayHaveSeveral, maySee } from "./roles";
import { useMedia, usePhone } from "./theme";

// What most visits do without comes when it is needed: the first load shall be small.
const Search = lazy(() => import("./Search"));
const SignInAgain = lazy(() => import("./SignInAgain"));
// The bell can wait until the page stands.
const Bell = lazy(() => new Promise((wait) => setTimeout(wait, 1500)).then(() => import("./Bell")));
const DistrictSwitch = lazy(() => import("./DistrictSwitch"));
const MenuDrawer = lazy(() => import("./MenuDrawer"));

/** The frame of every page: skip link, header, menu by role, title, and the guards. */
export function Shell() {
  const { data: me, error, isPending, refetch } = useQuery(meQuery);
  const matches = useMatches();
  const handle = matches.at(-1)?.handle as Handle | undefined;
  const visible = menu.filter((entry) => maySee(entry.audience, me));
  const namespaces = new Set(["common", ...[...visible.map((entry) => entry.label), handle?.title ?? ""].map(before)]);
  namespaces.delete("");
  const { t } = useTranslation([...namespaces] as "common"[]);
  const text = useText();
  const phone = usePhone();
  const narrow = useMedia("(max-width: 1099px)");
  const { token } = theme.useToken();
  const location = useLocation();
  const navigate = useNavigate();
  const [drawer, setDrawer] = useState(false);
  const [search, setSearch] = useState(false);
  const expired = useSyncExternalStore(session.subscribe, session.expired);
  const product = t("product");
  const title = handle ? text(handle.title) : "";

  useEffect(() => {
    if (me !== undefined) session.setAccount(me?.account_id);
  }, [me]);
  // Before the effects of the page, which may know a better title.
  useLayoutEffect(() => {
    document.title = title ? `${title} · ${product}` : product;
  }, [title, product]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && session.account() !== undefined) {
        event.preventDefault();
        setSearch(true);
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);

  const bare = handle?.bare === true;
  const withMenu = !bare && visible.length > 0;

  const page = (
    <Suspense fallback={<PageSkeleton />}>
      <Outlet />
    </Suspense>
  );
  const content = () => {
    // The door opens with what the device holds; the service asks who it is when something is sent.
    if (handle?.offline && !me) return page;
    if (isPending) return <PageSkeleton />;
    if (error && !(isProblem(error) && error.status === 403)) return <ProblemAlert error={error} retry={refetch} />;
    if (me?.must_change_password && location.pathname !== "/account/password")
      return <Navigate to="/account/password" replace />;
    if (handle && !maySee(handle.audience, me)) {
      if (me) return <Forbidden />;
      const next = location.pathname + location.search;
      return <Navigate to={`/sign-in?next=${encodeURIComponent(next)}`} replace />;
    }
    return page;
  };

  return (
    <div style={{ minHeight: "100vh", background: token.colorBgLayout }}>
      <a className="kepu-skip" href="#content">
        {t("shell.skip")}
      </a>
      <header
        className="kepu-no-print"
        style={{
          position: "sticky",
          top: 0,
          zIndex: 20,
          height: 60,
          boxSizing: "border-box",
          padding: "0 16px",
          background: token.colorBgContainer,
          borderBottom: "1px solid rgb(127 150 145 / 0.25)",
        }}
      >
        <Flex align="center" gap={8} style={{ height: "100%" }}>
          {phone && withMenu && (
            <Button
              type="text"
              icon={<MenuOutlined />}
              aria-label={t("shell.openMenu")}
              aria-expanded={drawer}
              onClick={() => setDrawer(true)}
            />
          )}
          <Link to="/" style={{ display: "flex", alignItems: "center", gap: 10, color: "inherit", lineHeight: 1 }}>
            <img src="/favicon.svg" alt="" width={30} height={30} />
            {/* On a phone there is no room beside a choice of districts. */}
            {phone && me && mayHaveSeveral(me) ? (
              <span className="kepu-hidden">{product}</span>
            ) : (
              <strong style={{ fontSize: 18, whiteSpace: "nowrap" }}>{product}</strong>
            )}
          </Link>
          <div style={{ flex: 1 }} />
          {me && !me.must_change_password && !bare && (
            <Button
              icon={<SearchOutlined />}
              type={phone ? "text" : "default"}
              aria-label={t("shell.search")}
              aria-keyshortcuts="Control+K"
              onClick={() => setSearch(true)}
            >
              {!phone && (
                <>
                  {t("shell.search")} <kbd style={{ fontSize: 12, marginInlineStart: 8 }}>Ctrl K</kbd>
                </>
              )}
            </Button>
          )}
          {me && !me.must_change_password && !bare && (
            <Suspense>
              <Bell />
            </Suspense>
          )}
          {me && mayHaveSeveral(me) && (
            <Suspense>
              <DistrictSwitch me={me} />
            </Suspense>
          )}
          {!phone && <AppearanceMenu />}
          {(!phone || !me) && <LanguageMenu />}
          {me && <AccountMenu me={me} />}
          {me === null && location.pathname !== "/sign-in" && (
            <Button type="primary" icon={<LoginOutlined />} onClick={() => navigate("/sign-in")}>
              {t("shell.signIn")}
            </Button>
          )}
        </Flex>
      </header>
      <div style={{ display: "flex" }}>
        {withMenu && !phone && (
          <aside
            className="kepu-no-print"
            style={{
              flex: "none",
              width: narrow ? 68 : 220,
              position: "sticky",
              top: 60,
              alignSelf: "flex-start",
              height: "calc(100vh - 60px)",
              overflow: "auto",
              boxSizing: "border-box",
              background: token.colorBgContainer,
              borderInlineEnd: "1px solid rgb(127 150 145 / 0.25)",
            }}
          >
            <nav aria-label={t("shell.menu")}>
              <MainMenu entries={visible} narrow={narrow} />
            </nav>
          </aside>
        )}
        {drawer && phone && (
          <Suspense>
            <MenuDrawer entries={visible} onClose={() => setDrawer(false)} />
          </Suspense>
        )}
        <main id="content" tabIndex={-1} style={{ flex: 1, minWidth: 0, outline: "none" }}>
          <div style={{ padding: phone ? 16 : 28, maxWidth: 1680, margin: "0 auto" }}>
            {handle?.crumbs && (
              <nav aria-label={t("shell.breadcrumb")} className="kepu-no-print" style={{ marginBottom: 8 }}>
                {handle.crumbs.map((crumb) => (
                  <span key={crumb.path}>
                    <Link to={crumb.path} style={{ textDecoration: "underline" }}>
                      {text(crumb.title)}
                    </Link>
                    <span aria-hidden="true" style={{ margin: "0 8px" }}>
                      /
                    </span>
                  </span>
                ))}
                <span aria-current="page">{title}</span>
              </nav>
            )}
            {content()}
          </div>
        </main>
      </div>
      {expired && (
        <Suspense>
          <SignInAgain />
        </Suspense>
      )}
      {search && (
        <Suspense>
          <Search onClose={() => setSearch(false)} />
        </Suspense>
      )}
      <ScrollRestoration />
    </div>
  );
}

function before(key: string): string {
  return key.split(":")[0] ?? "";
}
