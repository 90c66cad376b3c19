/** The frame table: the only place where frames and time are turned into each other. */

import type { FrameTableJson } from "./manifest";

export class FrameTable {
  readonly hash: string;
  readonly frameCount: number;
  readonly timescale: number;
  readonly endTick: number;
  private readonly ticks: Float64Array;

  /** @throws RangeError when the table is empty or its ticks do not start at 0 and rise. */
  constructor(json: FrameTableJson) {
    this.hash = json.hash;
    this.frameCount = json.ticks.length;
    this.timescale = json.timescale;
    this.endTick = json.end_tick;
    this.ticks = Float64Array.from(json.ticks);
    if (this.frameCount === 0 || this.frameCount !== json.frame_count || this.ticks[0] !== 0) {
      throw new RangeError("The frame table is empty, miscounted or does not start at 0.");
    }
    for (let i = 0; i < this.frameCount; i++) {
      if (this.durationOf(i) <= 0) throw new RangeError(`The frame table does not rise at frame ${i}.`);
    }
  }

  /** Presentation time of a frame in ticks. */
  tickOf(frame: number): number {
    const tick = this.ticks[frame];
    if (tick === undefined) throw new RangeError(`The frame ${frame} is not in 0..${this.frameCount - 1}.`);
    return tick;
  }

  /** How long a frame is shown, in ticks. */
  durationOf(frame: number): number {
    return (this.ticks[frame + 1] ?? this.endTick) - this.tickOf(frame);
  }

  /** The frame shown at a time in ticks: the last one that began; clamped to the clip. */
  frameAt(tick: number): number {
    let low = 0;
    let high = this.frameCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.ticks[middle] ?? Infinity) <= tick) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  clamp(frame: number): number {
    return Math.min(this.frameCount - 1, Math.max(0, Math.round(frame)));
  }
}

/** The segment grid, in frames. */
export class Grid {
  constructor(
    readonly length: number,
    readonly frameCount: number,
  ) {}

  segmentOf(frame: number): number {
    return Math.floor(frame / this.length);
  }

  /** Half-open frame range of a segment. */
  cell(segment: number): [number, number] {
    const start = segment * this.length;
    return [start, Math.min(start + this.length, this.frameCount)];
  }
}

/** Sorted frame indices as half-open ranges. */
export function rangesOf(frames: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const frame of frames) {
    const last = ranges.at(-1);
    if (last?.[1] === frame) last[1] = frame + 1;
    else ranges.push([frame, frame + 1]);
  }
  return ranges;
}
