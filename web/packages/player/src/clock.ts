/**
 * The playback clock: where in the clip playback is, in ticks. It runs on the system's clock, and
 * `correct` makes it follow another one: that of the sound card, while sound plays.
 */

import { epochNow, positionAt, type Motion } from "./motion";

/** Milliseconds that only rise. */
export type TimeSource = () => number;

/** Parts of a tick that are told apart. */
const FINENESS = 1e4;

export class PlayClock {
  private motion: Motion = { generation: 0, seconds: 0, at: 0, rate: 1 };
  private running = false;

  constructor(
    private readonly timescale: number,
    private readonly now: TimeSource = epochNow,
  ) {}

  get rate(): number {
    return this.motion.rate;
  }

  /** Position in ticks; may lie outside the clip, the frame table clamps. */
  get tick(): number {
    return this.tickIn(0);
  }

  /** Position after some more milliseconds. */
  tickIn(ms: number): number {
    const { motion } = this;
    const seconds = this.running ? positionAt(motion, this.now() + ms) : motion.seconds;
    // Ticks are whole where seconds are not: no frame may begin a hair late.
    return Math.round(seconds * this.timescale * FINENESS) / FINENESS;
  }

  /** How it moves; null while it stands. */
  get moving(): Motion | null {
    return this.running ? this.motion : null;
  }

  /** Runs on from `tick`, after `delayMs`. */
  start(tick: number, delayMs = 0): void {
    this.change(tick, this.motion.rate, this.now() + delayMs);
    this.running = true;
  }

  /** Stands still at `tick` (default: here). */
  hold(tick: number = this.tick): void {
    this.change(tick, this.motion.rate);
    this.running = false;
  }

  /** Changes speed without a jump. */
  setRate(rate: number): void {
    this.change(this.tick, rate);
  }

  /** Puts the clock right: at `at` the motion of that generation was at `seconds`. */
  correct({ generation, seconds, at }: Omit<Motion, "rate">): void {
    if (this.running && generation === this.motion.generation) this.motion = { ...this.motion, seconds, at };
  }

  private change(tick: number, rate: number, at = this.now()): void {
    this.motion = { generation: this.motion.generation + 1, seconds: tick / this.timescale, at, rate };
  }
}
