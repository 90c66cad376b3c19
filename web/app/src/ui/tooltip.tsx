/**
 * One tooltip for the whole page: whatever has `data-tip` shows it when the pointer rests or the
 * keyboard focuses it, with its keys (`data-keys`) as caps. Names for screen readers are `aria-label`s;
 * this is for eyes only.
 */

import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

const REST_MS = 450;
/** After one has been shown, the next comes at once. */
const WARM_MS = 400;
const GAP = 8;

interface Tip {
  readonly text: string;
  readonly keys: readonly string[];
  readonly box: DOMRect;
  /** In a column of buttons: beside, so that it covers none of them. */
  readonly beside: boolean;
}

const tip = signal<Tip | null>(null);

export function Tooltip() {
  const element = useRef<HTMLDivElement>(null);
  const shown = tip.value;
  useEffect(watch, []);
  useLayoutEffect(() => {
    if (!shown || !element.current) return;
    const { width, height } = element.current.getBoundingClientRect();
    const { x, y } = placeOf(shown, width, height);
    element.current.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }, [shown]);
  if (!shown) return null;
  return (
    <div ref={element} class="tooltip" aria-hidden="true">
      {shown.text}
      {shown.keys.length > 0 && (
        <span class="keys">
          {shown.keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </span>
      )}
    </div>
  );
}

function placeOf({ box, beside }: Tip, width: number, height: number): { x: number; y: number } {
  if (beside) return { x: box.right + GAP, y: box.top + (box.height - height) / 2 };
  const middle = box.left + box.width / 2 - width / 2;
  const below = box.bottom + GAP;
  return {
    x: Math.max(GAP, Math.min(middle, innerWidth - width - GAP)),
    y: below + height > innerHeight ? box.top - height - GAP : below,
  };
}

function watch(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hiddenAt = -Infinity;
  let owner: Element | null = null;

  const hide = () => {
    clearTimeout(timer);
    if (tip.value) hiddenAt = performance.now();
    tip.value = null;
    owner = null;
  };
  const show = (element: HTMLElement, wait: number) => {
    hide();
    owner = element;
    timer = setTimeout(() => {
      const text = element.dataset.tip;
      if (!text || !element.isConnected) return;
      const keys = element.dataset.keys?.split(" ").filter(Boolean) ?? [];
      const beside = element.closest("[aria-orientation=vertical]") !== null;
      tip.value = { text, keys, beside, box: element.getBoundingClientRect() };
    }, wait);
  };
  const over = (event: PointerEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const element = target?.closest<HTMLElement>("[data-tip]") ?? null;
    if (element === owner) return;
    if (!element || event.pointerType === "touch") hide();
    else show(element, performance.now() - hiddenAt < WARM_MS ? 0 : REST_MS);
  };
  const focus = (event: FocusEvent) => {
    const element = event.target instanceof HTMLElement ? event.target : null;
    if (element?.dataset.tip && element.matches(":focus-visible")) show(element, 0);
  };
  const listeners: readonly [string, (event: never) => void][] = [
    ["pointerover", over],
    ["pointerdown", hide],
    ["keydown", hide],
    ["focusin", focus],
    ["focusout", hide],
    ["wheel", hide],
  ];
  for (const [name, listener] of listeners) {
    document.addEventListener(name, listener as EventListener, { passive: true, capture: true });
  }
  return () => {
    hide();
    for (const [name, listener] of listeners) {
      document.removeEventListener(name, listener as EventListener, { capture: true });
    }
  };
}
