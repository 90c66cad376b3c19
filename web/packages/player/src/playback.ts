/** Playing: which frame is due, and when to wait. Knows frames and time, no pictures. */

import type { PlayClock } from "./clock";
import type { FrameTable } from "./frame-table";
import type { Motion } from "./motion";

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

/** `displayMs` is how long a picture that is drawn takes to be seen: frames are due that much earlier. */
export class Playback {
  private waiting = false;
  private position = 0;
  private loop: readonly [number, number] | null = null;
  private leadMs = 0;

  constructor(
    private readonly table: FrameTable,
    private readonly clock: PlayClock,
    private readonly displayMs = 0,
  ) {}

  get direction(): 1 | -1 {
    return this.clock.rate > 0 ? 1 : -1;
  }

  get isWaiting(): boolean {
    return this.waiting;
  }

  /** How playback moves; null while it waits. */
  get motion(): Motion | null {
    return this.waiting ? null : this.clock.moving;
  }

  /** Half-open frames that are played again and again once playback is among them; null: none. */
  setLoop(loop: readonly [number, number] | null): void {
    this.loop = loop;
  }

  /** How long the first frame is held at each start, so that sound can begin with it. */
  setLead(ms: number): void {
    this.leadMs = ms;
  }

  /** Puts the clock right, see {@link PlayClock.correct}. */
  correct(anchor: Omit<Motion, "rate">): void {
    this.clock.correct(anchor);
  }

  /** Whether playback from a frame would be over at once. */
  isLast(frame: number): boolean {
    return frame === this.boundsOf(frame).last;
  }

  /** Where playback that reached its end around `frame` begins again. */
  firstOf(frame: number): number {
    return this.boundsOf(frame).first;
  }

  get loops(): boolean {
    return this.loop !== null && this.boundsOf(this.position).looping;
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
      this.clock.start(this.entryTick(this.position), this.leadMs);
    }
    const { direction, table } = this;
    const { last } = this.boundsOf(this.position);
    const tick = this.clock.tickIn(this.displayMs);
    const due = direction === 1 ? Math.min(last, table.frameAt(tick)) : Math.max(last, table.frameAt(tick));
    const from = this.position;
    while (this.position !== due && direction * (due - this.position) > 0) {
      if (!presentable(this.position + direction)) break;
      this.position += direction;
    }
    const stalled = direction * (due - this.position) > 0;
    if (stalled) this.hold();
    const over =
      direction === 1 ? tick >= table.tickOf(last) + table.durationOf(last) : tick <= table.tickOf(last);
    return {
      frame: this.position,
      stalled,
      skipped: Math.max(0, Math.abs(this.position - from) - 1),
      ended: over && !stalled && this.position === last,
    };
  }

  /** The first and last frame, in the order of play, of what is played around a frame. */
  private boundsOf(frame: number): { first: number; last: number; looping: boolean } {
    const { loop } = this;
    const looping = loop !== null && frame >= loop[0] && frame < loop[1];
    const [start, stop] = looping ? loop : [0, this.table.frameCount];
    const [first, last] = this.direction === 1 ? [start, stop - 1] : [stop - 1, start];
    return { first, last, looping };
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
