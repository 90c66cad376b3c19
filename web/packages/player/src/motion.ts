/** How playback moves, told from one thread to another. */

/**
 * Since `at` playback has moved from `seconds` of the clip at `rate` seconds a second; before `at` it
 * stands there. `at` is in milliseconds of {@link epochNow}, which all threads share.
 */
export interface Motion {
  /** Counts starts, stops and changes of speed, so that an answer to an older motion is recognised. */
  readonly generation: number;
  readonly seconds: number;
  readonly at: number;
  readonly rate: number;
}

/** Milliseconds on a clock that page and workers share, as fine as `performance.now`. */
export function epochNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Where in the clip a motion is at a time, in seconds. */
export function positionAt(motion: Motion, at: number): number {
  return motion.seconds + (Math.max(0, at - motion.at) / 1000) * motion.rate;
}

/** When a motion reaches a position, in milliseconds of {@link epochNow}. */
export function timeOf(motion: Motion, seconds: number): number {
  return motion.at + ((seconds - motion.seconds) / motion.rate) * 1000;
}
