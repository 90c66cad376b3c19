/** The edge of a mask as lines, for a preview that is drawn thin at any zoom. */

import type { Mask } from "./paint";

const INSIDE = 128;

/**
 * The borders between the pixels of at least half and the others, as an SVG path in picture pixels.
 * Each closed line has the inside on its right.
 */
export function outlinePath(mask: Mask): string {
  const edges = borders(mask);
  const parts: string[] = [];
  for (const start of edges.keys()) {
    while (edges.has(start)) parts.push(loop(edges, start, mask.width + 1));
  }
  return parts.join("");
}

/** Unit steps along pixel borders: from a corner (numbered row by row) to the next ones. */
function borders({ width, height, data }: Mask): Map<number, number[]> {
  const edges = new Map<number, number[]>();
  const stride = width + 1;
  const inside = (column: number, row: number) =>
    column >= 0 && column < width && row >= 0 && row < height &&
    (data[row * width + column] ?? 0) >= INSIDE;
  const add = (from: number, to: number) => {
    const known = edges.get(from);
    if (known) known.push(to);
    else edges.set(from, [to]);
  };
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (!inside(column, row)) continue;
      const corner = row * stride + column;
      if (!inside(column, row - 1)) add(corner, corner + 1);
      if (!inside(column + 1, row)) add(corner + 1, corner + 1 + stride);
      if (!inside(column, row + 1)) add(corner + 1 + stride, corner + stride);
      if (!inside(column - 1, row)) add(corner + stride, corner);
    }
  }
  return edges;
}

/** Takes one closed line out of `edges`; straight runs become one step. */
function loop(edges: Map<number, number[]>, start: number, stride: number): string {
  let path = `M${start % stride} ${Math.floor(start / stride)}`;
  let at = start;
  let heading = 0;
  do {
    const next = edges.get(at)?.pop();
    if (next === undefined) break;
    if (edges.get(at)?.length === 0) edges.delete(at);
    if (heading !== 0 && next - at !== heading) path += step(at, stride);
    heading = next - at;
    at = next;
  } while (at !== start);
  return `${path}Z`;
}

const step = (corner: number, stride: number) => `L${corner % stride} ${Math.floor(corner / stride)}`;
