/** Reads the bar codes of `support/picture.py` off composited pixels. */

export const WIDTH = 320;
export const HEIGHT = 180;
const CELLS = 16;

export interface Code {
  readonly number: number;
  readonly code: number;
  /** Least distance of a cell from the threshold, 0..127: how sure the reading is. */
  readonly margin: number;
}

/** The code in one row; `level` turns a pixel's RGB into 0 (no bar) .. 255 (bar). */
export function readRow(
  pixels: Uint8Array,
  row: number,
  level: (red: number, green: number, blue: number) => number,
): Code {
  let value = 0;
  let margin = 127;
  for (let cell = 0; cell < CELLS; cell++) {
    const x = Math.floor(((cell + 0.5) * WIDTH) / CELLS);
    const at = (row * WIDTH + x) * 4;
    const bar = level(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0);
    margin = Math.min(margin, Math.abs(bar - 128));
    value = value * 2 + (bar >= 128 ? 1 : 0);
  }
  return { number: value >> 4, code: value & 15, margin };
}
