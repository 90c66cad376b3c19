/**
 * How long the page takes from a click to the server's mask on the screen, and from Apply to the
 * first propagated picture: as performance measures, and as the last values for the read-out. What
 * the page foresaw of a click shows earlier, and does not count.
 */

import { signal } from "@preact/signals";

export type Measured = "click" | "apply";

const NAMES: Readonly<Record<Measured, string>> = {
  click: "mattebox:click-to-mask",
  apply: "mattebox:apply-to-first-picture",
};

export const latencies = signal<Readonly<Partial<Record<Measured, number>>>>({});

const begun = new Map<Measured, number>();

/** Forgets what was measured, for another project opens. */
export function resetLatencies(): void {
  begun.clear();
  latencies.value = {};
}

/** `since`: when the user's hand did it, where that was before this call. */
export function beginMeasure(what: Measured, since = performance.now()): void {
  begun.set(what, since);
}

/** Ends a measure that was begun; the picture is on the canvas now. */
export function endMeasure(what: Measured): void {
  const start = begun.get(what);
  if (start === undefined) return;
  begun.delete(what);
  const { duration } = performance.measure(NAMES[what], { start, end: performance.now() });
  latencies.value = { ...latencies.value, [what]: duration };
}

/** Drops a measure whose end was called off. */
export function dropMeasure(what: Measured): void {
  begun.delete(what);
}

export function isMeasuring(what: Measured): boolean {
  return begun.has(what);
}
