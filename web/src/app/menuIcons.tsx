import {
  AccountBookOutlined,
  AlertOutlined,
  ApartmentOutlined,
  ApiOutlined,
  AppstoreOutlined,
  CarryOutOutlined,
  DashboardOutlined,
  FileProtectOutlined,
  FileSearchOutlined,
  FundOutlined,
  IdcardOutlined,
  ImportOutlined,
  QrcodeOutlined,
  ReadOutlined,
  SafetyCertificateOutlined,
  ScanOutlined,
  SettingOutlined,
  ShopOutlined,
  TeamOutlined,
} from "@ant-design/icons";

const ICONS = {
  accounts: TeamOutlined,
  activities: AppstoreOutlined,
  alert: AlertOutlined,
  certificate: SafetyCertificateOutlined,
  classes: ReadOutlined,
  connections: ApiOutlined,
  confirm: CarryOutOutlined,
  credits: FileSearchOutlined,
  dashboard: DashboardOutlined,
  door: ScanOutlined,
  figures: FundOutlined,
  import: ImportOutlined,
  market: ShopOutlined,
  network: ApartmentOutlined,
  pass: QrcodeOutlined,
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
