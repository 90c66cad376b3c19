/** Where the propagated mask is least to be trusted: what to look at next. */

import type { Range } from "./ranges";

export type Confidence = readonly (number | null)[];

/** Frames to either side over which confidence is averaged, so that no single frame decides. */
const REACH = 2;
/** Where masks are at least this sure there is nothing to fix. */
export const SURE = 0.9;
/** A stretch less sure than this is worth showing as a weak one. */
export const WEAK = 0.75;
const MOST = 12;

interface Around {
  readonly keyframes: readonly number[];
  readonly stale: readonly Range[];
  /** Frames away from a keyframe, and from a worse stretch, within which nothing is proposed. */
  readonly distance: number;
}

/**
 * The middles of the least sure stretches, the worst first. What is stale is made anew anyway, and
 * next to a keyframe a correction gains nothing. None where all of them are sure enough.
 */
export function framesToFix(confidence: Confidence, around: Around): number[] {
  const { distance, keyframes, stale } = around;
  const values = smooth(confidence);
  const strike = (start: number, stop: number) => values.fill(NaN, Math.max(0, start), stop);
  for (const [start, stop] of stale) strike(start, stop);
  for (const frame of keyframes) strike(frame - distance, frame + distance + 1);
  const chosen: number[] = [];
  while (chosen.length < MOST) {
    const worst = least(values);
    if (worst === null) break;
    chosen.push(worst);
    strike(worst - distance, worst + distance + 1);
  }
  return chosen;
}

/** Where the least value below SURE is, the first one of equals; NaN counts for nothing. */
function least(values: Float64Array): number | null {
  let found: number | null = null;
  let lowest = SURE;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? NaN;
    if (value >= lowest || Number.isNaN(value)) continue;
    lowest = value;
    found = i;
  }
  return found;
}

/** The same with the values of frames from `start` on put in. */
export function withSegment(known: Confidence, start: number, values: Confidence): Confidence {
  // One copy: this happens for each segment, and a long clip has many frames.
  const joined = known.slice();
  while (joined.length < start + values.length) joined.push(null);
  values.forEach((value, index) => {
    if (value !== null) joined[start + index] = value;
  });
  return joined;
}

/** The same with its gaps filled from what is known besides. */
export function filledIn(frames: Confidence, besides: Confidence): Confidence {
  return frames.map((value, frame) => value ?? besides[frame] ?? null);
}

/** The worst frame; from one of them on, the next worse one, and in the end the worst again. */
export function nextToFix(frames: readonly number[], playhead: number): number | null {
  const at = frames.indexOf(playhead);
  return frames[(at + 1) % Math.max(1, frames.length)] ?? null;
}

/** Averages over the frames around each, as far as they are known; NaN where the frame is not. */
function smooth(confidence: Confidence): Float64Array {
  const smoothed = new Float64Array(confidence.length).fill(NaN);
  for (let frame = 0; frame < confidence.length; frame += 1) {
    if ((confidence[frame] ?? null) === null) continue;
    let sum = 0;
    let known = 0;
    for (let other = frame - REACH; other <= frame + REACH; other += 1) {
      const value = confidence[other] ?? null;
      if (value === null) continue;
      sum += value;
      known += 1;
    }
    smoothed[frame] = sum / known;
  }
  return smoothed;
}
