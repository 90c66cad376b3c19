/** A small menu at a point of the page: arrow keys move, Enter chooses, Escape closes. */

import { Fragment } from "preact";
import { createPortal } from "preact/compat";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface MenuItem {
  readonly label: string;
  /** `byKey`: whoever chose it by key goes on from where focus is then. */
  readonly run: (byKey: boolean) => void;
  readonly disabled?: boolean;
  readonly danger?: boolean;
  /** Whether it is the one that holds, among some of which one does. */
  readonly checked?: boolean;
  /** Whether a line stands before it. */
  readonly apart?: boolean;
  /** Key caps, apart by spaces. */
  readonly keys?: string | undefined;
}

/** A point of the page. */
interface Place {
  readonly x: number;
  readonly y: number;
}

interface MenuProps {
  label: string;
  at: Place;
  items: readonly MenuItem[];
  onClose: () => void;
}

const MARGIN = 8;

/** Where a menu was asked for, while it is open; `ask` is told of `contextmenu`. */
export function useMenuPlace() {
  const [at, setAt] = useState<Place | null>(null);
  const ask = (event: MouseEvent) => {
    event.preventDefault();
    setAt({ x: event.clientX, y: event.clientY });
  };
  return { at, ask, close: () => setAt(null) };
}

export function Menu({ label, at, items, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = menu.current;
    if (!element) return;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(MARGIN, Math.min(at.x, innerWidth - width - MARGIN))}px`;
    element.style.top = `${Math.max(MARGIN, Math.min(at.y, innerHeight - height - MARGIN))}px`;
  }, [at.x, at.y]);

  // At once, so that the next key is the menu's.
  useLayoutEffect(() => {
    const element = menu.current;
    const before = document.activeElement;
    element?.querySelector<HTMLElement>("button:enabled")?.focus();
    const away = (event: Event) => {
      if (!element?.contains(event.target as Node)) onClose();
    };
    addEventListener("pointerdown", away, true);
    addEventListener("blur", onClose);
    return () => {
      removeEventListener("pointerdown", away, true);
      removeEventListener("blur", onClose);
      // What was chosen may have put focus elsewhere: beside an object that is going, say.
      if (!element?.contains(document.activeElement)) return;
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      onClose();
      return;
    }
    const buttons = [...(menu.current?.querySelectorAll<HTMLElement>("button:enabled") ?? [])];
    const index = buttons.findIndex((button) => button === document.activeElement);
    const last = buttons.length - 1;
    const to = {
      ArrowDown: index < last ? index + 1 : 0,
      ArrowUp: index > 0 ? index - 1 : last,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[to]?.focus();
  };

  return createPortal(
    <div
      ref={menu}
      class="menu"
      role="menu"
      aria-label={label}
      onKeyDown={press}
      onContextMenu={(event) => event.preventDefault()}
    >
      {items.map((item) => (
        <Fragment key={item.label}>
          {item.apart && <hr />}
          <Item item={item} onClose={onClose} />
        </Fragment>
      ))}
    </div>,
    document.body,
  );
}

function Item({ item, onClose }: { item: MenuItem; onClose: () => void }) {
  const { label, run, disabled, danger, checked, keys } = item;
  return (
    <button
      type="button"
      role={checked === undefined ? "menuitem" : "menuitemradio"}
      class={`menu-item ${danger ? "danger" : ""}`}
      aria-checked={checked}
      tabIndex={-1}
      disabled={disabled}
      onClick={(event) => {
        onClose();
        run(event.detail === 0);
      }}
    >
      <span>{label}</span>
      {keys && <kbd aria-hidden="true">{keys.replaceAll(" ", "+")}</kbd>}
    </button>
  );
}
