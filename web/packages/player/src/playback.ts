/** Playing: which frame is due, and when to wait. Knows frames and time, no pictures. */

import type { PlayClock } from "./clock";
import type { FrameTable } from "./frame-table";

/** Frames that must be there before playback goes on after a stall, so that it does not stutter. */
const CUSHION = 4;

export interface Due {
  /** Frame to present now; the last one while waiting. */
  readonly frame: number;
  /** Playback had to stop for a picture that is not there; true once per stall. */
  readonly stalled: boolean;
  /** Frames that were passed over. */
  readonly skipped: number;
  /** The last frame's time is over. */
  readonly ended: boolean;
}

export class Playback {
  private waiting = false;
  private position = 0;

  constructor(
    private readonly table: FrameTable,
    private readonly clock: PlayClock,
  ) {}

  get direction(): 1 | -1 {
    return this.clock.rate > 0 ? 1 : -1;
  }

  get isWaiting(): boolean {
    return this.waiting;
  }

  /** Plays from a frame as soon as it and a few more are there. */
  start(frame: number): void {
    this.position = frame;
    this.hold();
  }

  /** Stops the clock until the next frames are there. */
  hold(): void {
    this.clock.hold(this.entryTick(this.position));
    this.waiting = true;
  }

  setRate(rate: number): void {
    const turned = rate > 0 !== this.clock.rate > 0;
    this.clock.setRate(rate);
    if (turned && !this.waiting) this.clock.start(this.entryTick(this.position));
  }

  /** The frame that is due, given which frames can be presented. */
  advance(presentable: (frame: number) => boolean): Due {
    if (this.waiting) {
      if (!this.hasCushion(presentable)) {
        return { frame: this.position, stalled: false, skipped: 0, ended: false };
      }
      this.waiting = false;
      this.clock.start(this.entryTick(this.position));
    }
    const { direction, table } = this;
    const tick = this.clock.tick;
    const due = table.frameAt(tick);
    const from = this.position;
    while (this.position !== due && direction * (due - this.position) > 0) {
      if (!presentable(this.position + direction)) break;
      this.position += direction;
    }
    const stalled = direction * (due - this.position) > 0;
    if (stalled) this.hold();
    const over = direction === 1 ? tick >= table.endTick : tick <= 0;
    return {
      frame: this.position,
      stalled,
      skipped: Math.max(0, Math.abs(this.position - from) - 1),
      ended: over && !stalled && this.position === this.lastFrame,
    };
  }

  private get lastFrame(): number {
    return this.direction === 1 ? this.table.frameCount - 1 : 0;
  }

  private hasCushion(presentable: (frame: number) => boolean): boolean {
    for (let i = 0; i < CUSHION; i++) {
      const frame = this.position + i * this.direction;
      if (frame < 0 || frame >= this.table.frameCount) return true;
      if (!presentable(frame)) return false;
    }
    return true;
  }

  /** Where in time a frame is entered: at its start, or backwards at its end. */
  private entryTick(frame: number): number {
    const start = this.table.tickOf(frame);
    return this.direction === 1 ? start : start + this.table.durationOf(frame) - 1e-3;
  }
}
