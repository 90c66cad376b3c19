/** What a picture of the bar-code clip must show, and what is wrong with one that does not. */

import type { Wipe } from "@mattebox/player";
import type { Reading } from "./harness";

const CELLS = 16;
/** Frames whose mattes revision 2 replaced (`support/fixture.py`). */
const CHANGED = [24, 72] as const;

/** The bar code in the mask of a frame in a revision. */
function maskOf(frame: number, revision: number): number {
  const changed = frame >= CHANGED[0] && frame < CHANGED[1];
  return frame * 16 + (changed ? revision : 1);
}

/** What the mask's row shows of a picture that was drawn with `wipe`. */
function expected(reading: Reading, wipe: Wipe | null): number {
  // Where no matte is drawn the plate is a plain grey there.
  const plain = reading.view === "cutout" ? 1 : 0;
  const { against } = reading;
  let bits = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    const left = wipe !== null && (cell + 0.5) / CELLS < wipe.position;
    const side = left ? against : reading;
    const code = side?.matte === "paired" ? maskOf(reading.frame, side.revision) : null;
    bits = bits * 2 + (code === null ? plain : (code >> (CELLS - 1 - cell)) & 1);
  }
  return bits;
}

/** What is wrong with a picture, or null. */
export function faultOf(reading: Reading): string | null {
  const { frame, plate, bits, against, wipes, revision, current } = reading;
  if (plate !== frame) return `the plate is of frame ${plate}`;
  if (revision !== current) return `drawn from revision ${revision} while ${String(current)} was current`;
  const asked = wipes.map((wipe) => (typeof wipe?.against === "number" ? wipe.against : null));
  if (!asked.includes(against?.revision ?? null)) return `compared with revision ${String(against?.revision)}`;
  const possible = wipes.map((wipe) => expected(reading, wipe));
  return possible.includes(bits) ? null : `the mask shows ${bits.toString(2)}, not ${possible.map((one) => one.toString(2)).join(" or ")}`;
}
