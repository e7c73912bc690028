import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import { Suspense, useLayoutEffect, useMemo, useState } from "react";
import { RouterProvider } from "react-router";
import { newQueryClient } from "@/api/query";
import { useLanguage } from "@/i18n/useText";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { router } from "./router";
import { AppearanceContext, storedTheme, storeTheme, themeFor, useMedia, usePhone } from "./theme";
import { useWords } from "./words";

export function App() {
  const [client] = useState(newQueryClient);
  const [choice, setChoice] = useState(storedTheme);
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const phone = usePhone();
  const dark = choice === "system" ? systemDark : choice === "dark";
  const { language } = useLanguage();
  const words = useWords(language);
  useLayoutEffect(() => {
    const page = document.documentElement;
    page.lang = language;
    page.style.colorScheme = dark ? "dark" : "light";
    page.style.setProperty("--kepu-focus", dark ? "#5eead4" : "#0f766e");
  }, [language, dark]);

  const theme = useMemo(() => themeFor(dark, phone, still), [dark, phone, still]);
  const appearance = useMemo(
    () => ({
      choice,
      dark,
      choose: (next: typeof choice) => {
        storeTheme(next);
        setChoice(next);
      },
    }),
    [choice, dark],
  );

  return (
    <AppearanceContext value={appearance}>
      <ConfigProvider locale={words} theme={theme} button={{ autoInsertSpace: false }}>
        <AntApp style={{ minHeight: "100%" }}>
          <QueryClientProvider client={client}>
            <Suspense fallback={<PageSkeleton />}>
              <RouterProvider router={router} />
            </Suspense>
          </QueryClientProvider>
        </AntApp>
      </ConfigProvider>
    </AppearanceContext>
  );
}
