import { Dropdown, type MenuProps } from "antd";
import type { ReactElement } from "react";

interface Props {
  menu: NonNullable<MenuProps>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactElement;
}

export default function HeaderDropdown({ menu, open, onOpenChange, children }: Props) {
  return (
    <Dropdown {...{ menu, open, onOpenChange }} trigger={["click"]} placement="bottomRight" autoFocus>
      {children}
    </Dropdown>
  );
}
