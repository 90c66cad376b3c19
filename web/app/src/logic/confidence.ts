/** How sure the network is of each frame's mask: the overlap with the true one that it expects. */

export type Confidence = readonly (number | null)[];

/** Where masks are at least this sure there is nothing to fix. */
export const SURE = 0.9;
/** A stretch less sure than this is worth showing as a weak one. */
export const WEAK = 0.75;

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
