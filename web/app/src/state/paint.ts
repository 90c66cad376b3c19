/** A direct edit while it is drawn: paints the mask on the screen, before the server knows of it. */

import { paintLasso, paintStroke, type Mask } from "../logic/paint";
import type { NewPrompt } from "../api/types";
import type { Place } from "./masks";
import type { Session } from "./session";

export class Paint {
  private mask: Mask | null = null;
  /** What was there when the stroke began. */
  private before: Mask | null = null;
  private wanted: NewPrompt | null = null;
  /** How many places of the stroke are in the mask. */
  private done = 0;
  private drawing = false;
  private over = false;

  private constructor(
    private readonly session: Session,
    private readonly place: Place,
    private readonly release: () => void,
  ) {}

  /** Begins at a place; null where there is no object to paint yet. */
  static begin(session: Session, { object, frame }: Place): Paint | null {
    const { masks } = session;
    if (object === "" || !masks) return null;
    const place = { object, frame };
    const paint = new Paint(session, place, masks.hold(place));
    masks.shown(place).then(
      (mask) => {
        paint.before = { ...mask, data: mask.data.slice() };
        paint.mask = mask;
        paint.flush();
      },
      // A mask that cannot be read cannot be painted on: the stroke shows with the server's answer.
      () => undefined,
    );
    return paint;
  }

  /** Takes what is drawn so far; a stroke only ever grows. */
  draw(prompt: NewPrompt): void {
    this.wanted = prompt;
    if (this.drawing) return;
    this.drawing = true;
    // Once for each picture that the screen shows, however often the pointer tells of itself.
    requestAnimationFrame(() => {
      this.drawing = false;
      this.flush();
    });
  }

  /** Gives the place back to the stored mask: the server has answered. */
  end(): void {
    this.over = true;
    this.release();
  }

  /** Nothing came of it: what was there shows again, be it a stroke without an answer yet. */
  drop(): void {
    if (this.before) this.session.masks?.show(this.place, this.before);
    this.end();
  }

  private flush(): void {
    const { mask, wanted, place, session, over } = this;
    if (!mask || !wanted || over) return;
    if (wanted.kind === "brush") {
      if (wanted.points.length === this.done) return;
      // A long line may have been thinned; painting it again changes nothing.
      const from = this.done <= wanted.points.length ? Math.max(0, this.done - 1) : 0;
      paintStroke(mask, wanted.points.slice(from), wanted.radius, wanted.include);
      this.done = wanted.points.length;
    } else if (wanted.kind === "lasso") {
      paintLasso(mask, wanted.points, wanted.include);
    }
    session.masks?.show(place, mask);
  }
}
