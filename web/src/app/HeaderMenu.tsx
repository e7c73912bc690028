import { Button, type ButtonProps, type MenuProps } from "antd";
import { lazy, Suspense, useState } from "react";

const HeaderDropdown = lazy(() => import("./HeaderDropdown"));

/** A button of the header with a menu below it; the menu's code comes with the first click. */
export function HeaderMenu({ menu, ...rest }: ButtonProps & { menu: NonNullable<MenuProps> }) {
  const [wanted, setWanted] = useState(false);
  const [open, setOpen] = useState(false);
  const button = (
    <Button
      type="text"
      {...rest}
      aria-haspopup="menu"
      aria-expanded={open}
      {...(!wanted && {
        onClick: () => {
          setWanted(true);
          setOpen(true);
        },
      })}
    />
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <HeaderDropdown menu={menu} open={open} onOpenChange={setOpen}>
        {button}
      </HeaderDropdown>
    </Suspense>
  );
}
