/** The playback clock: where in the clip playback is, in ticks. */

/** Milliseconds that only rise. `performance.now` today; an audio clock fits here when sound comes. */
export type TimeSource = () => number;

export class PlayClock {
  private anchorTime = 0;
  private anchorTick = 0;
  private running = false;
  private currentRate = 1;

  constructor(
    private readonly timescale: number,
    private readonly now: TimeSource = () => performance.now(),
  ) {}

  get rate(): number {
    return this.currentRate;
  }

  /** Position in ticks; may lie outside the clip, the frame table clamps. */
  get tick(): number {
    if (!this.running) return this.anchorTick;
    const seconds = (this.now() - this.anchorTime) / 1000;
    return this.anchorTick + seconds * this.timescale * this.currentRate;
  }

  /** Runs on from `tick`. */
  start(tick: number): void {
    this.anchorTick = tick;
    this.anchorTime = this.now();
    this.running = true;
  }

  /** Stands still at `tick` (default: here). */
  hold(tick: number = this.tick): void {
    this.anchorTick = tick;
    this.running = false;
  }

  /** Changes speed without a jump. */
  setRate(rate: number): void {
    const tick = this.tick;
    this.currentRate = rate;
    if (this.running) this.start(tick);
  }
}
