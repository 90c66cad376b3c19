/** Reordering a list by hand. */

/** The list with the item of one place put at another. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.filter((_, index) => index !== from);
  const item = items[from];
  if (item !== undefined) rest.splice(Math.max(0, Math.min(rest.length, to)), 0, item);
  return rest;
}

/** A wish to have the item of that name at a place. */
export interface Move {
  readonly id: string;
  readonly to: number;
}

/** The list after several moves; an item that is not there is passed over. */
export function movedAll<T extends { readonly id: string }>(
  items: readonly T[],
  moves: readonly Move[],
): readonly T[] {
  return moves.reduce((list, { id, to }) => {
    const from = list.findIndex((item) => item.id === id);
    return from < 0 ? list : moved(list, from, to);
  }, items);
}

/** The place that a row dragged by `dy` pixels comes to, among rows of equal height. */
export function draggedTo(from: number, dy: number, rowHeight: number, count: number): number {
  const rows = rowHeight > 0 ? Math.round(dy / rowHeight) : 0;
  return Math.max(0, Math.min(count - 1, from + rows));
}

/** How many rows another row makes way while one is dragged from a place to another. */
export function shiftOf(index: number, from: number, to: number): -1 | 0 | 1 {
  if (index > from && index <= to) return -1;
  return index < from && index >= to ? 1 : 0;
}
