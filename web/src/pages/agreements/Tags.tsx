import { Tag } from "antd";
import { useTranslation } from "@/i18n";
import type { Agreement, Project } from "./words";

const OF_AGREEMENT: Record<Agreement["standing"], string> = {
  draft: "default",
  offered: "warning",
  refused: "error",
  withdrawn: "default",
  not_begun: "processing",
  in_force: "success",
  expired: "default",
  disputed: "error",
  ended: "error",
  renewed: "default",
};
const OF_PROJECT: Record<Project["state"], string> = {
  planned: "default",
  running: "processing",
  completed: "success",
  stopped: "error",
};

/** How an agreement stands, in words. */
export function Standing({ of }: { of: Agreement["standing"] }) {
  const { t } = useTranslation("agreements");
  return <Tag color={OF_AGREEMENT[of]}>{t(`standing.${of}`)}</Tag>;
}

/** Where a project stands, in words. */
export function ProjectState({ of }: { of: Project["state"] }) {
  const { t } = useTranslation("agreements");
  return <Tag color={OF_PROJECT[of]}>{t(`project.state.${of}`)}</Tag>;
}
