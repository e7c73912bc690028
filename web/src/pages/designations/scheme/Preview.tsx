import { Button, Drawer, Form } from "antd";
import { usePhone } from "@/app/theme";
import { useTranslation } from "@/i18n";
import { Muted } from "@/ui/Muted";
import { FormFields } from "../FormFields";
import type { Field } from "../words";

/** The form as the applicant will see it; what is typed here goes nowhere. */
export default function Preview({ fields, onClose }: { fields: Field[]; onClose: () => void }) {
  const { t } = useTranslation("designations");
  const phone = usePhone();
  return (
    <Drawer open title={t("scheme.preview")} size={phone ? "100%" : 560} onClose={onClose}>
      <Muted block style={{ marginBottom: 16 }}>
        {t("scheme.previewLead")}
      </Muted>
      <Form layout="vertical">
        <FormFields fields={fields.filter((one) => one?.answer)} file={() => <Button disabled>{t("file.add")}</Button>} />
      </Form>
    </Drawer>
  );
}
