/** Which pixels of the drawing buffer need which work: pure arithmetic. All ranges are half-open. */

import type { Placement, Size } from "../layout";
import type { Reach } from "./edge";

/** Columns and rows, counted from the top left. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const EMPTY: Region = { left: 0, top: 0, right: 0, bottom: 0 };

export function areaOf({ left, top, right, bottom }: Region): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

/** Where a mask is not zero, in its own pixels. */
export function boxOf(mask: Uint8Array, width: number): Region {
  // Four pixels at a time where they lie so: most of most masks is empty.
  const step = mask.byteOffset % 4 === 0 && width % 4 === 0 ? 4 : 1;
  const cells = step === 4 ? new Uint32Array(mask.buffer, mask.byteOffset, mask.length / 4) : mask;
  const stride = width / step;
  let first = 0;
  while (first < cells.length && cells[first] === 0) first++;
  if (first === cells.length) return EMPTY;
  let last = cells.length - 1;
  while (cells[last] === 0) last--;
  const top = Math.floor(first / stride);
  const bottom = Math.floor(last / stride) + 1;
  let left = stride;
  let right = 0;
  for (let row = top * stride; row < bottom * stride; row += stride) {
    let from = 0;
    while (from < left && cells[row + from] === 0) from++;
    left = from;
    let to = stride;
    while (to > right && cells[row + to - 1] === 0) to--;
    right = to;
  }
  return { left: left * step, top, right: right * step, bottom };
}

/** The least region that holds both. */
export function union(a: Region, b: Region): Region {
  if (areaOf(a) === 0) return b;
  if (areaOf(b) === 0) return a;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** So much further to every side, and no further than the picture. */
export function grown({ left, top, right, bottom }: Region, by: Reach, { width, height }: Size): Region {
  if (right <= left) return EMPTY;
  return {
    left: Math.max(0, left - by.x),
    top: Math.max(0, top - by.y),
    right: Math.min(width, right + by.x),
    bottom: Math.min(height, bottom + by.y),
  };
}

/** What is in both. */
export function shared(a: Region, b: Region): Region {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}

/** The pixels of a canvas whose middles lie on the picture. */
export function pictureOn(canvas: Size, picture: Size, { left, top, scale }: Placement): Region {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, Math.ceil(value - 0.5)));
  return {
    left: clamp(left, canvas.width),
    top: clamp(top, canvas.height),
    right: clamp(left + picture.width * scale, canvas.width),
    bottom: clamp(top + picture.height * scale, canvas.height),
  };
}

/** Those of `within` that a part of the picture can touch, smoothed and with a line along its edge. */
export function touched(box: Region, { left, top, scale }: Placement, within: Region): Region {
  if (areaOf(box) === 0) return EMPTY;
  // A picture's pixel blends into its neighbours; the line looks a pixel of the canvas further.
  const reach = scale + 2;
  return {
    left: Math.max(within.left, Math.floor(left + box.left * scale - reach)),
    top: Math.max(within.top, Math.floor(top + box.top * scale - reach)),
    right: Math.min(within.right, Math.ceil(left + box.right * scale + reach)),
    bottom: Math.min(within.bottom, Math.ceil(top + box.bottom * scale + reach)),
  };
}

/** What is left of a region around a hole in it: above, below and beside. */
export function around(region: Region, hole: Region): Region[] {
  if (areaOf(hole) === 0) return areaOf(region) > 0 ? [region] : [];
  const { left, top, right, bottom } = region;
  const parts = [
    { left, top, right, bottom: hole.top },
    { left, top: hole.bottom, right, bottom },
    { left, top: hole.top, right: hole.left, bottom: hole.bottom },
    { left: hole.right, top: hole.top, right, bottom: hole.bottom },
  ];
  return parts.filter((part) => areaOf(part) > 0);
}
