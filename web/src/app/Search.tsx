import { SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Flex, Input, Modal, Skeleton, Tag, theme, Typography } from "antd";
import { useDeferredValue, useEffect, useId, useState } from "react";
import { useTranslation } from "@/i18n";
import { useNavigate } from "react-router";
import { ProblemAlert } from "@/ui/ProblemAlert";
import { search } from "./searchApi";

function useSettled(value: string, milliseconds: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/** Ctrl-K: finds a person, class, organization, activity, session or resource that the account may see. */
export default function Search({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const navigate = useNavigate();
  const list = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const q = useDeferredValue(useSettled(typed.trim(), 180));
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["/api/v1/search", q],
    queryFn: ({ signal }) => search(q, signal),
    enabled: q.length >= 2,
    placeholderData: (previous) => previous,
  });
  const found = q.length >= 2 ? (data ?? []) : [];
  const current = Math.min(at, found.length - 1);

  const open = (index: number) => {
    const item = found[index];
    if (!item) return;
    onClose();
    navigate(item.path);
  };

  return (
    <Modal
      open
      onCancel={onClose}
      footer={null}
      closable={false}
      title={<span className="kepu-hidden">{t("search.title")}</span>}
      styles={{ header: { margin: 0, height: 0 } }}
      style={{ top: 72 }}
      width={640}
    >
      <Input
        autoFocus
        size="large"
        allowClear
        prefix={<SearchOutlined aria-hidden />}
        value={typed}
        role="combobox"
        aria-label={t("search.placeholder")}
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${list}-${current}` : undefined}
        placeholder={t("search.placeholder")}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "ArrowDown") setAt(Math.min(current + 1, found.length - 1));
          else if (event.key === "ArrowUp") setAt(Math.max(current - 1, 0));
          else if (event.key === "Enter") open(current);
          else return;
          event.preventDefault();
        }}
      />
      <div style={{ marginTop: 12 }}>
        <ProblemAlert error={error} retry={refetch} />
        <div className="kepu-hidden" role="status">
          {data && q.length >= 2 ? t("search.count", { count: found.length }) : ""}
        </div>
        {isFetching && !data && <Skeleton active title={false} paragraph={{ rows: 3 }} />}
        <div role="listbox" id={list} aria-label={t("search.results")} style={{ maxHeight: "56vh", overflow: "auto" }}>
          {found.map((item, index) => (
            // The keyboard works through the field above, as the combobox pattern asks.
            <div
              key={`${item.kind}-${item.id}`}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              onClick={() => open(index)}
              onKeyDown={(event) => event.key === "Enter" && open(index)}
              onMouseEnter={() => setAt(index)}
              style={{
                padding: "10px 12px",
                borderRadius: 8,
                cursor: "pointer",
                background: index === current ? token.controlItemBgActive : undefined,
              }}
            >
              <Flex gap={12} align="center">
                <Tag style={{ minWidth: 56, textAlign: "center" }}>{t(`search.kind.${item.kind}`)}</Tag>
                <div style={{ minWidth: 0 }}>
                  <div>{item.title}</div>
                  {item.subtitle && (
                    <Typography.Text type="secondary" style={{ fontSize: 13 }}>
                      {item.subtitle}
                    </Typography.Text>
                  )}
                </div>
              </Flex>
            </div>
          ))}
        </div>
        {data === null && q.length >= 2 && <Typography.Text type="secondary">{t("search.unavailable")}</Typography.Text>}
        {data?.length === 0 && q.length >= 2 && !isFetching && <p style={{ margin: 8 }}>{t("search.none", { q })}</p>}
        {typed.trim().length < 2 && <Typography.Text type="secondary">{t("search.hint")}</Typography.Text>}
      </div>
    </Modal>
  );
}
