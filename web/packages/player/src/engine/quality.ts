/**
 * How finely pictures are drawn while they play, or follow a hand on the timeline. Without a graphics
 * card drawing costs as much as there are pixels: half the lines show three times as many pictures. At
 * rest all lines are drawn.
 */

/** Pictures a second that are enough, whatever else is passed over: where that is most of them, */
const FLUENT = 20;
/** and where it is less, but so much that a film stutters. */
const SMOOTH = 30;
const STUTTER = 0.15;
const MOST = 0.5;
/** How long playback is watched before it is judged, ms. */
const WATCH_MS = 800;
/** Least part of the lines that is drawn. */
const COARSEST = 0.25;
/** A reduction that old may have had a passing reason, ms. */
const FORGIVE_MS = 10_000;

/** What moves the picture: in a drag the wishes that newer ones overtake are no stutter. */
export type Motive = "playback" | "drag";

export class Quality {
  private current = 1;
  private motive: Motive = "playback";
  private since = 0;
  private shown = 0;
  private skipped = 0;
  private stutters = 0;
  private reducedAt = 0;

  /** `now` in milliseconds that only rise. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Part of the lines and columns to draw on the way. */
  get scale(): number {
    return this.current;
  }

  /** Playback, or a drag, begins. */
  begin(motive: Motive): void {
    this.motive = motive;
    this.stutters = 0;
    if (this.current < 1 && this.now() - this.reducedAt > FORGIVE_MS) this.current *= 2;
    this.restart();
  }

  /** Notes a picture that is drawn on the way, and how many were passed over before it. */
  note(skipped: number): void {
    this.shown++;
    this.skipped += skipped;
    const seconds = (this.now() - this.since) / 1000;
    if (seconds * 1000 < WATCH_MS) return;
    const passed = this.skipped / (this.shown + this.skipped);
    const rate = this.shown / seconds;
    // Much passed over, and little shown: it is the drawing that is slow.
    const isStutter = this.motive === "playback" && passed > STUTTER && rate < SMOOTH;
    this.stutters = isStutter ? this.stutters + 1 : 0;
    const isSlow = passed > MOST && rate < FLUENT;
    // A stutter may have had a passing reason; a second one has not.
    if (this.current > COARSEST && (isSlow || this.stutters > 1)) {
      this.current /= 2;
      this.stutters = 0;
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
