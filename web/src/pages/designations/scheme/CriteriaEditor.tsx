import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input, InputNumber } from "antd";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import type { Criterion } from "../words";
import { nextKey } from "./keys";
import { useRequired } from "./useRequired";

const PATH = ["rules", "criteria"];

/** By what reviewers score. */
export function CriteriaEditor() {
  const { t } = useTranslation("designations");
  const form = Form.useFormInstance();
  const required = useRequired();
  const rows = (Form.useWatch(PATH, form) as (Partial<Criterion> | undefined)[] | undefined) ?? [];
  const most = rows.reduce((sum, one) => sum + (one?.points ?? 0), 0);
  return (
    <>
      <Form.List name={PATH}>
        {(list, { add, remove }) => (
          <>
            {list.map((row, at) => (
              <Flex key={row.key} role="group" aria-label={t("scheme.criterion", { number: at + 1 })} gap={12} wrap align="start">
                <Form.Item name={[row.name, "key"]} hidden>
                  <Input />
                </Form.Item>
                <Form.Item name={[row.name, "name_zh"]} label={t("scheme.criterionZh")} rules={required} style={{ flex: "1 1 180px", marginBottom: 12 }}>
                  <Input maxLength={200} />
                </Form.Item>
                <Form.Item name={[row.name, "name_en"]} label={t("scheme.criterionEn")} style={{ flex: "1 1 180px", marginBottom: 12 }}>
                  <Input maxLength={200} />
                </Form.Item>
                <Form.Item name={[row.name, "points"]} label={t("scheme.points")} rules={required} style={{ marginBottom: 12 }}>
                  <InputNumber min={1} max={1000} precision={0} style={{ width: 100 }} />
                </Form.Item>
                <Form.Item name={[row.name, "minimum"]} label={t("scheme.minimum")} style={{ marginBottom: 12 }}>
                  <InputNumber min={0} max={rows[at]?.points ?? 1000} precision={0} style={{ width: 100 }} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  style={{ marginTop: 30 }}
                  aria-label={t("scheme.removeCriterion", { number: at + 1 })}
                  onClick={() => remove(row.name)}
                />
              </Flex>
            ))}
            <Button
              icon={<PlusOutlined aria-hidden />}
              onClick={() => {
                add({ key: nextKey("criterion", rows.map((one) => one?.key)), name_zh: "", points: 20, minimum: 0 });
                if (!form.getFieldValue(["rules", "reviews"])) form.setFieldValue(["rules", "reviews"], 1);
              }}
            >
              {t("scheme.addCriterion")}
            </Button>
          </>
        )}
      </Form.List>
      {rows.length === 0 ? (
        <Muted block style={{ marginTop: 8 }}>
          {t("scheme.noCriteria")}
        </Muted>
      ) : (
        <Flex gap={20} wrap style={{ marginTop: 16 }}>
          <Form.Item name={["rules", "minimum"]} label={t("scheme.total")} extra={t("scheme.ofAll", { most })} style={{ marginBottom: 12 }}>
            <InputNumber min={0} max={most} precision={0} style={{ width: 140 }} />
          </Form.Item>
          <Form.Item name={["rules", "reviews"]} label={t("scheme.reviews")} rules={required} style={{ marginBottom: 12 }}>
            <InputNumber min={1} max={20} precision={0} style={{ width: 140 }} />
          </Form.Item>
        </Flex>
      )}
    </>
  );
}
