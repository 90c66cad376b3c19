/**
 * Which frame to fix next: the one whose correction is expected to gain most.
 *
 * A mask may gain what it lacks of being sure, `doubt(g) = max(0, SURE - confidence(g))`. Corrected,
 * frame f becomes a keyframe, and the frames that depend on it are those up to the keyframes on both
 * sides, within its shot. What it tells of them fades: by half over `half` frames and, where another
 * keyframe follows `reach` frames away, to nothing there, as the server blends what comes from both:
 *
 *     gain(f) = sum over g of doubt(g) * 2^(-|g - f| / half) * (1 - |g - f| / reach)
 *
 * in frames whose masks become right. The second frame is the one that gains most once the first is
 * corrected, and so on.
 */

import { SURE, type Confidence } from "./confidence";
import type { Range } from "./ranges";

/** Frames to either side over which confidence is averaged, so that no single frame decides. */
const SMOOTH = 2;
const MOST = 12;
/** What gains less is not worth a click. */
const LEAST = 0.25;

/** A frame that is worth a correction, and what that gains. */
export interface Fix {
  readonly frame: number;
  readonly gain: number;
}

export interface Around {
  readonly keyframes: readonly number[];
  readonly stale: readonly Range[];
  /** Half-open, in order; null: one. */
  readonly shots: readonly Range[] | null;
  /** Frames away from a keyframe, and from another proposal, within which nothing is proposed. */
  readonly distance: number;
  /** Frames over which a correction tells half as much. */
  readonly half: number;
}

/** Frames that depend on the same keyframes, and whether there is one right before and right behind. */
interface Stretch {
  readonly start: number;
  readonly stop: number;
  readonly before: boolean;
  readonly behind: boolean;
}

/**
 * What to fix, the most gaining first. What is stale is made anew anyway, and next to a keyframe
 * there is little to correct. None where all masks are sure enough.
 */
export function framesToFix(confidence: Confidence, around: Around): Fix[] {
  const doubts = doubtsOf(confidence);
  for (const [start, stop] of around.stale) doubts.fill(0, start, stop);
  // There is something to correct, and it is not being made anew.
  const open = (frame: number) => (confidence[frame] ?? SURE) < SURE && (doubts[frame] ?? 0) > 0;
  const closed = new Set<number>();
  const close = (frame: number) => {
    for (let i = frame - around.distance; i <= frame + around.distance; i += 1) closed.add(i);
  };
  around.keyframes.forEach(close);
  const best = (stretch: Stretch): Proposal => {
    let fix = { frame: -1, gain: 0 };
    gainsIn(doubts, stretch, around.half).forEach((gain, index) => {
      const frame = stretch.start + index;
      if (gain > fix.gain && open(frame) && !closed.has(frame)) fix = { frame, gain };
    });
    return { stretch, fix };
  };
  const proposals = stretchesOf(confidence.length, around).map(best);
  const fixes: Fix[] = [];
  while (fixes.length < MOST) {
    proposals.sort((one, other) => other.fix.gain - one.fix.gain);
    const [next] = proposals;
    if (!next || next.fix.gain < LEAST) break;
    const { stretch, fix } = next;
    fixes.push(fix);
    close(fix.frame);
    settle(doubts, stretch, fix.frame, around.half);
    const left = { ...stretch, stop: fix.frame, behind: true };
    const right = { ...stretch, start: fix.frame + 1, before: true };
    proposals.splice(0, 1, best(left), best(right));
  }
  return fixes;
}

/** What gains most within a stretch; a gain of 0: nothing does. */
interface Proposal {
  readonly stretch: Stretch;
  readonly fix: Fix;
}

/** The frame that gains most; from one of them on, the next one, and in the end the first again. */
export function nextToFix(fixes: readonly Fix[], playhead: number): number | null {
  const at = fixes.findIndex(({ frame }) => frame === playhead);
  return fixes[(at + 1) % Math.max(1, fixes.length)]?.frame ?? null;
}

/** The frames between keyframes, shot by shot. */
function stretchesOf(count: number, { shots, keyframes }: Around): Stretch[] {
  return (shots ?? [[0, count] as const]).flatMap(([first, end]) => {
    const inside = keyframes.filter((frame) => frame >= first && frame < end).sort((a, b) => a - b);
    const stops = [...inside, end];
    return stops.map((stop, index) => ({
      start: index === 0 ? first : (stops[index - 1] ?? 0) + 1,
      stop: Math.min(stop, count),
      before: index > 0,
      behind: index < inside.length,
    }));
  });
}

/** What each frame's correction gains, from the stretch's first frame on; takes one pass each way. */
export function gainsIn(doubts: Float64Array, stretch: Stretch, half: number): Float64Array {
  const { start, stop, before, behind } = stretch;
  const fade = 2 ** (-1 / half);
  const gains = doubts.slice(start, stop);
  const pass = (frame: number, beyond: { sum: number; moment: number }, reach: number) => {
    const doubt = doubts[frame] ?? 0;
    // The doubts of the frames beyond, faded, and each times its distance as well.
    beyond.moment = fade * (beyond.moment + beyond.sum);
    const faded = fade * beyond.sum;
    beyond.sum = doubt + faded;
    gains[frame - start] = (gains[frame - start] ?? 0) + faded - beyond.moment / reach;
  };
  const after = { sum: 0, moment: 0 };
  for (let frame = stop - 1; frame >= start; frame -= 1) {
    pass(frame, after, behind ? stop - frame : Infinity);
  }
  const ahead = { sum: 0, moment: 0 };
  for (let frame = start; frame < stop; frame += 1) {
    pass(frame, ahead, before ? frame - start + 1 : Infinity);
  }
  return gains;
}

/** Takes off the doubts what the correction of a frame settles. */
function settle(doubts: Float64Array, stretch: Stretch, frame: number, half: number): void {
  const { start, stop, before, behind } = stretch;
  const left = before ? frame - start + 1 : Infinity;
  const right = behind ? stop - frame : Infinity;
  for (let other = start; other < stop; other += 1) {
    const away = Math.abs(other - frame);
    const told = 2 ** (-away / half) * (1 - away / (other < frame ? left : right));
    doubts[other] = (doubts[other] ?? 0) * (1 - told);
  }
}

/** What each frame lacks of being sure, averaged over the frames around; 0 where it is not known. */
function doubtsOf(confidence: Confidence): Float64Array {
  const doubts = new Float64Array(confidence.length);
  for (let frame = 0; frame < confidence.length; frame += 1) {
    if ((confidence[frame] ?? null) === null) continue;
    let sum = 0;
    let known = 0;
    for (let other = frame - SMOOTH; other <= frame + SMOOTH; other += 1) {
      const value = confidence[other] ?? null;
      if (value === null) continue;
      sum += value;
      known += 1;
    }
    doubts[frame] = Math.max(0, SURE - sum / known);
  }
  return doubts;
}
