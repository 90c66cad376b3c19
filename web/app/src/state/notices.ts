/** Short messages at the edge of the page. */

import { signal } from "@preact/signals";

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly kind: "info" | "error";
  readonly action?: { readonly label: string; readonly run: () => void };
}

export const notices = signal<readonly Notice[]>([]);

const SHOW_MS = { info: 7000, error: 20_000 };
let lastId = 0;

/** Shows a message for a while, errors for longer. Returns its id. */
export function notify(
  text: string,
  kind: Notice["kind"] = "info",
  action?: Notice["action"],
): number {
  const id = (lastId += 1);
  const notice: Notice = action ? { id, text, kind, action } : { id, text, kind };
  // The same trouble again replaces its earlier message instead of piling up.
  notices.value = [...notices.value.filter((other) => other.text !== text), notice].slice(-4);
  setTimeout(() => dismiss(id), SHOW_MS[kind]);
  return id;
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
