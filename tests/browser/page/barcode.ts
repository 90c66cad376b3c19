/** The bar codes of `support/picture.py`: reads them off composited pixels, draws them as masks. */

import type { MaskPixels } from "@mattebox/player";

export const WIDTH = 320;
export const HEIGHT = 180;
export const CELLS = 16;

/** A picture row in the middle of each bar code: the plate's, and those of both objects. */
export const ROWS = { plate: 30, o1: 150, o2: 114 } as const;
export type Row = keyof typeof ROWS;
export type ObjectId = Exclude<Row, "plate">;

/** Half-open picture rows of each object's bar code. */
const BANDS: Record<ObjectId, readonly [number, number]> = { o1: [120, 180], o2: [108, 120] };
/** Half-open picture rows that show the plate's bar code through the first object's mask. */
const PLATE_BAND = [0, 60] as const;

/** Turns a pixel's RGB into 0 (no bar) .. 255 (bar). */
export type Level = (red: number, green: number, blue: number) => number;

/** Pixels read back: `stride` of them in a row, the picture in a part of them. */
export interface Shot {
  readonly pixels: Uint8Array;
  readonly stride: number;
  readonly picture: Box;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Code {
  /** A bit for each cell from the left. */
  readonly bits: number;
  /** Least distance of a cell from the threshold, 0..127: how sure the reading is. */
  readonly margin: number;
}

/** Where the picture lies in RGBA rows: what is around it is transparent. Null: nowhere. */
export function pictureIn(pixels: Uint8Array, stride: number): Box | null {
  const opaque = (at: number) => (pixels[4 * at + 3] ?? 0) > 0;
  const count = pixels.length / 4;
  let first = 0;
  while (first < count && !opaque(first)) first++;
  let last = count - 1;
  while (last > first && !opaque(last)) last--;
  if (first >= last) return null;
  const [left, top] = [first % stride, Math.floor(first / stride)];
  return { left, top, width: (last % stride) - left + 1, height: Math.floor(last / stride) - top + 1 };
}

/** The code in one row. */
export function readRow({ pixels, stride, picture }: Shot, row: Row, level: Level): Code {
  const y = picture.top + Math.floor(((ROWS[row] + 0.5) / HEIGHT) * picture.height);
  let bits = 0;
  let margin = 127;
  for (let cell = 0; cell < CELLS; cell++) {
    const x = picture.left + Math.floor(((cell + 0.5) * picture.width) / CELLS);
    const at = (y * stride + x) * 4;
    const bar = level(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0);
    margin = Math.min(margin, Math.abs(bar - 128));
    bits = bits * 2 + (bar >= 128 ? 1 : 0);
  }
  return { bits, margin };
}

export function bitAt(bits: number, cell: number): number {
  return (bits >> (CELLS - 1 - cell)) & 1;
}

/** A mask with a bar code where the object has its own, as a click's answer would bring it. */
export function drawMask(id: ObjectId, bits: number): MaskPixels {
  const data = new Uint8Array(WIDTH * HEIGHT);
  if (id === "o1") data.fill(255, PLATE_BAND[0] * WIDTH, PLATE_BAND[1] * WIDTH);
  const [from, to] = BANDS[id];
  for (let y = from; y < to; y++) {
    for (let x = 0; x < WIDTH; x++) data[y * WIDTH + x] = 255 * bitAt(bits, Math.floor((x * CELLS) / WIDTH));
  }
  return { width: WIDTH, height: HEIGHT, data };
}

/** The code in the mask of an object. */
export function readMask(id: ObjectId, mask: MaskPixels): number {
  const row = ROWS[id] * WIDTH;
  let bits = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    bits = bits * 2 + ((mask.data[row + Math.floor(((cell + 0.5) * WIDTH) / CELLS)] ?? 0) >= 128 ? 1 : 0);
  }
  return bits;
}
