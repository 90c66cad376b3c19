/** The history as far as it is known: its newest steps, in their order and without a gap. */

import type { History, Step } from "../api/types";

/**
 * What is known after a page of the newest steps came. Earlier steps stay where the page begins with
 * a step that was known: what led to a step never changes.
 */
export function refreshed(known: History | null, page: History): History {
  const [first] = page.steps;
  const at = known?.steps.findIndex(({ id }) => id === first?.id) ?? -1;
  const earlier = at > 0 ? (known?.steps.slice(0, at) ?? []) : [];
  return { ...page, steps: [...earlier, ...page.steps] };
}

/** The same with the steps before them, unless other steps are the first known ones by now. */
export function continued(known: History, earlier: History): History {
  const next = (earlier.steps.at(-1)?.number ?? -1) + 1;
  if (next !== known.steps[0]?.number) return known;
  return { ...known, steps: [...earlier.steps, ...known.steps] };
}

/** To what a step was done and where, or an empty text. */
export function aimOf({ object, frame }: Step): string {
  return [object?.name, frame === null ? null : `frame ${frame}`].filter(Boolean).join(", ");
}

/** What undo and redo would do, in words; null where there is nothing, or it is not known. */
export interface Deeds {
  readonly undo: string | null;
  readonly redo: string | null;
}

export function deedsOf({ steps, present }: History): Deeds {
  const words = (number: number) => {
    const step = steps.find((one) => one.number === number);
    return step ? wordsOf(step) : null;
  };
  // The making of the project is not undone.
  return { undo: present > 0 ? words(present) : null, redo: words(present + 1) };
}

/** A step in the words of undo and redo, which go on from theirs: "Undo: include click on frame 7". */
export function wordsOf({ deed, object, frame }: Step): string {
  const words = deed.charAt(0).toLowerCase() + deed.slice(1);
  if (frame !== null) return `${words} on frame ${frame}`;
  return object ? `${words}: ${object.name}` : words;
}
