/** Which frames a buffer keeps and in which order it wants them: pure arithmetic. */

/** Frames to keep, half-open, and the order in which missing ones are decoded. */
export interface Window {
  readonly playhead: number;
  readonly from: number;
  readonly to: number;
  readonly direction: 1 | -1;
  /** Fill behind the playhead too (paused), not only ahead of it. */
  readonly bothWays: boolean;
  /** Nothing but the playhead's own frame is worth work now: a hand is on its way. */
  readonly passing: boolean;
}

/** Part of a buffer's room that lies behind the playhead, where a step back looks first. */
const BEHIND = 0.25;

/** Fits `capacity` frames (at least 1) around the playhead, most of them ahead. */
export function windowAround(
  playhead: number,
  capacity: number,
  frameCount: number,
  direction: 1 | -1,
  bothWays: boolean,
  passing = false,
): Window {
  const room = Math.max(1, Math.min(capacity, frameCount));
  const behind = Math.min(Math.floor(room * BEHIND), room - 1);
  const ahead = room - 1 - behind;
  const below = direction === 1 ? behind : ahead;
  // At the clip's ends the room that one side cannot use goes to the other.
  const from = Math.max(0, Math.min(playhead - below, frameCount - room));
  return { playhead, from, to: from + room, direction, bothWays, passing };
}

/** Wanted frames, the most urgent first. */
export function* wantedOrder(window: Window): Generator<number> {
  const { playhead, from, to, direction, bothWays, passing } = window;
  if (passing) {
    yield playhead;
    return;
  }
  const up = function* (start: number) {
    for (let i = start; i < to; i++) yield i;
  };
  const down = function* (start: number) {
    for (let i = start; i >= from; i--) yield i;
  };
  if (direction === 1) {
    yield* up(playhead);
    if (bothWays) yield* down(playhead - 1);
  } else {
    yield* down(playhead);
    if (bothWays) yield* up(playhead + 1);
  }
}
