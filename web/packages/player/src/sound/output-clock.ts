/** Ties the sound card's clock to the system's: which moment of an audio context is heard when. */

/** One reading of an audio context. Context times in seconds, `now` in milliseconds of all threads. */
export interface Reading {
  readonly now: number;
  readonly currentTime: number;
  /** From the context to the ear, as the browser tells it. */
  readonly latency: number;
  /** What is heard at a time, where the browser tells that. */
  readonly heard: { readonly contextTime: number; readonly at: number } | null;
}

/** Readings differ by some milliseconds, the clocks by some millionths: most of a reading is noise. */
const SMOOTHING = 0.1;
/** A reading that far off is no noise, s; three in a row mean that the clock has jumped. */
const JUMP_S = 0.05;
const JUMPS = 3;
/** A heard time that disagrees with current time and latency by more is not believed, s. */
const IMPLAUSIBLE_S = 0.25;
const STALLED_MS = 500;

export class OutputClock {
  /** Context time heard, less the system's time, in seconds. */
  private offset: number | null = null;
  private jumps = 0;
  private last = { currentTime: -1, now: 0 };
  private advancing = false;

  /** Whether the context's time goes on, as it does unless its device is gone. */
  get isRunning(): boolean {
    return this.advancing && this.offset !== null;
  }

  read(reading: Reading): void {
    this.follow(reading);
    const found = offsetOf(reading);
    if (this.offset === null) {
      this.offset = found;
      return;
    }
    const off = found - this.offset;
    this.jumps = Math.abs(off) > JUMP_S ? this.jumps + 1 : 0;
    if (this.jumps === JUMPS) {
      this.offset = found;
      this.jumps = 0;
    } else if (this.jumps === 0) {
      this.offset += off * SMOOTHING;
    }
  }

  /** Forgets what it knew: the context stood still meanwhile. */
  reset(): void {
    this.offset = null;
    this.advancing = false;
  }

  /** The context time that is heard at a time in milliseconds. */
  heardAt(at: number): number {
    return at / 1000 + (this.offset ?? 0);
  }

  /** When a context time is heard, in milliseconds. */
  timeOf(contextTime: number): number {
    return (contextTime - (this.offset ?? 0)) * 1000;
  }

  private follow({ currentTime, now }: Reading): void {
    if (currentTime !== this.last.currentTime) {
      this.advancing = currentTime > this.last.currentTime && this.last.currentTime >= 0;
      this.last = { currentTime, now };
    } else if (now - this.last.now > STALLED_MS) {
      this.advancing = false;
    }
  }
}

function offsetOf({ now, currentTime, latency, heard }: Reading): number {
  const derived = currentTime - latency - now / 1000;
  if (!heard) return derived;
  const told = heard.contextTime - heard.at / 1000;
  return Math.abs(told - derived) < IMPLAUSIBLE_S ? told : derived;
}
