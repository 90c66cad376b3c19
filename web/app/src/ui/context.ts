/**
 * Asks for the menu of what is focused by the keyboard's menu key or Shift+F10, and of what a finger
 * rests on: whoever has a menu listens to `contextmenu` alone, in every browser.
 */

/** The button of a mouse that asks for menus. */
export const RIGHT = 2;

const HOLD_MS = 500;
/** How far a resting finger may stray, in CSS pixels. */
const SHAKE = 10;

/** Until the returned function is called. */
export function watchContext(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let start = { x: 0, y: 0 };
  let swallows = false;

  const leave = () => clearTimeout(timer);
  const press = (event: PointerEvent) => {
    leave();
    swallows = false;
    const { target } = event;
    if (event.pointerType !== "touch" || !event.isPrimary || !target) return;
    start = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      swallows = ask(target, start, RIGHT);
    }, HOLD_MS);
  };
  const move = (event: PointerEvent) => {
    if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > SHAKE) leave();
  };
  // Lifting the finger would press what it rested on.
  const click = (event: MouseEvent) => {
    if (!swallows) return;
    swallows = false;
    event.preventDefault();
    event.stopPropagation();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
    const focused = document.activeElement;
    if (!focused) return;
    const { left, top, width, height } = focused.getBoundingClientRect();
    const middle = { x: left + width / 2, y: top + height / 2 };
    if (ask(focused, middle, 0)) event.preventDefault();
  };
  const listeners: readonly [string, (event: never) => void][] = [
    ["pointerdown", press],
    ["pointermove", move],
    ["pointerup", leave],
    ["pointercancel", leave],
    ["click", click],
    ["keydown", key],
  ];
  for (const [name, listener] of listeners) {
    document.addEventListener(name, listener as EventListener, { capture: true });
  }
  return () => {
    leave();
    for (const [name, listener] of listeners) {
      document.removeEventListener(name, listener as EventListener, { capture: true });
    }
  };
}

/** Returns whether something there has a menu. The right button says that the place is meant. */
function ask(target: EventTarget, { x, y }: { x: number; y: number }, button: number): boolean {
  const about = { clientX: x, clientY: y, button };
  return !target.dispatchEvent(
    new MouseEvent("contextmenu", { bubbles: true, cancelable: true, ...about }),
  );
}
