/** Where the propagated mask is least to be trusted: what to look at next. */

import { contains, type Range } from "./ranges";

export type Confidence = readonly (number | null)[];

/** Frames to either side over which confidence is averaged, so that no single frame decides. */
const REACH = 2;
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
 * next to a keyframe a correction gains nothing.
 */
export function framesToFix(confidence: Confidence, around: Around): number[] {
  const near = (frame: number, others: readonly number[]) =>
    others.some((other) => Math.abs(other - frame) <= around.distance);
  const candidates = smooth(confidence)
    .map((value, frame) => ({ value, frame }))
    .filter(({ value }) => value !== null && value < 1)
    .filter(({ frame }) => !near(frame, around.keyframes) && !contains(around.stale, frame))
    .sort((a, b) => (a.value ?? 1) - (b.value ?? 1) || a.frame - b.frame);
  const chosen: number[] = [];
  for (const { frame } of candidates) {
    if (chosen.length === MOST) break;
    if (!near(frame, chosen)) chosen.push(frame);
  }
  return chosen;
}

/** The same with the values of frames from `start` on put in. */
export function withSegment(known: Confidence, start: number, values: Confidence): Confidence {
  const length = Math.max(known.length, start + values.length);
  return Array.from({ length }, (_, frame) => values[frame - start] ?? known[frame] ?? null);
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

function smooth(confidence: Confidence): (number | null)[] {
  return confidence.map((value, frame) => {
    if (value === null) return null;
    const around = confidence
      .slice(Math.max(0, frame - REACH), frame + REACH + 1)
      .filter((other) => other !== null);
    return around.reduce((sum, other) => sum + other, 0) / around.length;
  });
}
