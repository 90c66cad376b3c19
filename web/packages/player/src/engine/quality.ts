/**
 * How finely pictures are drawn while they play, or follow a hand on the timeline. Without a graphics card drawing costs as much as
 * there are pixels: half the lines show three times as many pictures. At rest all lines are drawn.
 */

/** Pictures a second that are enough for any eye, whatever else was passed over. */
const SMOOTH = 20;
/** How long playback is watched before it is judged, ms. */
const WATCH_MS = 800;
/** Least part of the lines that is drawn. */
const COARSEST = 0.25;
/** A reduction that old may have had a passing reason, ms. */
const FORGIVE_MS = 10_000;

export class Quality {
  private current = 1;
  private since = 0;
  private shown = 0;
  private skipped = 0;
  private reducedAt = 0;

  /** `now` in milliseconds that only rise. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Part of the lines and columns to draw on the way. */
  get scale(): number {
    return this.current;
  }

  /** Playback, or a drag, begins. */
  begin(): void {
    if (this.current < 1 && this.now() - this.reducedAt > FORGIVE_MS) this.current *= 2;
    this.restart();
  }

  /** Notes a picture that is drawn on the way, and how many were passed over before it. */
  note(skipped: number): void {
    this.shown++;
    this.skipped += skipped;
    const seconds = (this.now() - this.since) / 1000;
    if (seconds * 1000 < WATCH_MS) return;
    // More passed over than shown, and less than looks smooth: it is the drawing that is slow.
    if (this.skipped > this.shown && this.shown / seconds < SMOOTH && this.current > COARSEST) {
      this.current /= 2;
      this.reducedAt = this.now();
    }
    this.restart();
  }

  private restart(): void {
    this.since = this.now();
    this.shown = 0;
    this.skipped = 0;
  }
}
