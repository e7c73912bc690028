import {
  AccountBookOutlined,
  AlertOutlined,
  ApartmentOutlined,
  ApiOutlined,
  CarryOutOutlined,
  DashboardOutlined,
  FileProtectOutlined,
  FundOutlined,
  IdcardOutlined,
  ImportOutlined,
  ReadOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  TeamOutlined,
} from "@ant-design/icons";

const ICONS = {
  accounts: TeamOutlined,
  alert: AlertOutlined,
  certificate: SafetyCertificateOutlined,
  classes: ReadOutlined,
  connections: ApiOutlined,
  confirm: CarryOutOutlined,
  dashboard: DashboardOutlined,
  figures: FundOutlined,
  import: ImportOutlined,
  network: ApartmentOutlined,
  persons: IdcardOutlined,
  policy: FileProtectOutlined,
  settings: SettingOutlined,
  settlement: AccountBookOutlined,
} as const;

export type MenuIconName = keyof typeof ICONS;

export default function Icon({ name }: { name: MenuIconName }) {
  const One = ICONS[name];
  return <One aria-hidden />;
}
