import { theme, type ThemeConfig } from "antd";
import { createContext, useContext, useSyncExternalStore } from "react";

export const CHOICES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof CHOICES)[number];

const STORED = "kepu.theme";

export function storedTheme(): ThemeChoice {
  const stored = localStorage.getItem(STORED);
  return CHOICES.find((choice) => choice === stored) ?? "system";
}

export function storeTheme(choice: ThemeChoice) {
  localStorage.setItem(STORED, choice);
}

/** Whether a media query holds, kept up to date; `judge` may hold on to what was before. */
export function useMedia(query: string, judge = (matches: boolean) => matches): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => judge(matchMedia(query).matches),
  );
}

/** A phone or a narrow window: one column, large targets, a drawer for the menu. */
export function usePhone(judge?: (matches: boolean) => boolean): boolean {
  return useMedia("(max-width: 767px)", judge);
}

interface Appearance {
  choice: ThemeChoice;
  dark: boolean;
  choose: (choice: ThemeChoice) => void;
}
export const AppearanceContext = createContext<Appearance>({ choice: "system", dark: false, choose: () => {} });
export const useAppearance = () => useContext(AppearanceContext);

const FONTS =
  'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';

/** So short that nobody sees it, and yet a time: what waits for the end of a motion is told of one. */
const AT_ONCE = "0.001s";

/** Calm teal on warm white, or on deep green-black; every pair of text and ground passes WCAG AA. `still`: nothing moves. */
export function themeFor(dark: boolean, phone: boolean, still: boolean): ThemeConfig {
  const size = phone ? 44 : 38;
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      fontFamily: FONTS,
      fontSize: phone ? 16 : 15,
      fontSizeSM: 13,
      controlHeight: size,
      controlHeightLG: phone ? 48 : 44,
      controlHeightSM: phone ? 36 : 30,
      borderRadius: 8,
      colorPrimary: dark ? "#2fb5a5" : "#0f766e",
      colorInfo: dark ? "#2fb5a5" : "#0f766e",
      colorLink: dark ? "#5eead4" : "#0b6b63",
      colorLinkHover: dark ? "#99f6e4" : "#115e59",
      colorSuccess: dark ? "#4ade80" : "#13703a",
      colorWarning: dark ? "#fbbf24" : "#92440a",
      colorError: dark ? "#f87171" : "#b91c1c",
      colorBgLayout: dark ? "#0c1413" : "#f4f7f6",
      // What antd makes of deep seeds is grey: name the grounds.
      ...(dark
        ? {
            colorPrimaryBg: "#0f2f2b",
            colorPrimaryBgHover: "#143b36",
            colorInfoBg: "#0f2f2b",
            colorInfoBorder: "#1f5b53",
            colorSuccessBg: "#11301c",
            colorSuccessBorder: "#1f5a35",
            colorWarningBg: "#33260b",
            colorWarningBorder: "#6b5015",
            colorErrorBg: "#3a1717",
            colorErrorBorder: "#7a2e2e",
          }
        : {
            colorPrimaryBg: "#e0f2ef",
            colorPrimaryBgHover: "#cdeae5",
            colorInfoBg: "#e3f4f1",
            colorInfoBorder: "#a9d8d0",
            colorSuccessBg: "#e8f7ed",
            colorSuccessBorder: "#a6dab7",
            colorWarningBg: "#fdf3e0",
            colorWarningBorder: "#ecc98a",
            colorErrorBg: "#fdecec",
            colorErrorBorder: "#f0b4b4",
          }),
      ...(dark
        ? { colorBgContainer: "#14201e", colorBgElevated: "#1b2927", colorTextSecondary: "#a9b8b4" }
        : { colorText: "#16211f", colorTextSecondary: "#4b5b57", colorBorder: "#8fa19c" }),
      colorTextPlaceholder: dark ? "#94a5a0" : "#66756f",
      colorTextDescription: dark ? "#a9b8b4" : "#4b5b57",
      colorTextTertiary: dark ? "#9fb0ab" : "#566660",
      colorTextQuaternary: dark ? "#94a5a0" : "#66756f",
      ...(still && { motionDurationFast: AT_ONCE }),
      motionDurationMid: still ? AT_ONCE : "0.12s",
      motionDurationSlow: still ? AT_ONCE : "0.16s",
    },
    components: {
      Button: dark ? { primaryColor: "#04211e", dangerColor: "#2a0606" } : {},
      // What antd makes of the seed is too dark for small letters on its ground.
      Tag: dark ? { colorInfo: "#5eead4" } : {},
      Table: { cellPaddingBlock: 10, cellPaddingBlockMD: 8 },
      Typography: { titleMarginTop: 0, titleMarginBottom: 8 },
      Form: { itemMarginBottom: 20 },
    },
  };
}
