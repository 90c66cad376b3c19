/** When the engine gets its turn: with the screen's next picture, or soon where there are none. */

/** Between turns while the page is hidden: it gets no animation frames, yet seeks must be answered. */
const HIDDEN_MS = 16;

export class Turns {
  /** The turn that is asked for; an older one that comes late is none. */
  private asked: object | null = null;
  private hidden = false;
  private closed = false;

  constructor(private readonly take: () => void) {}

  /** Asks for a turn, unless one is on its way. */
  ask(): void {
    if (this.asked || this.closed) return;
    const turn = {};
    this.asked = turn;
    const run = () => {
      if (this.asked !== turn || this.closed) return;
      this.asked = null;
      this.take();
    };
    if (this.hidden || typeof requestAnimationFrame !== "function") setTimeout(run, HIDDEN_MS);
    else requestAnimationFrame(run);
  }

  setHidden(hidden: boolean): void {
    this.hidden = hidden;
    // An animation frame asked for before may come only when the page is seen again.
    this.asked = null;
    this.ask();
  }

  close(): void {
    this.closed = true;
  }
}
