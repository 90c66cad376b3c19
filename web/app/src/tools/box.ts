/** The box: from the corner that was pressed to where the pointer is. */

import type { Point } from "../logic/viewport";
import type { NewPrompt } from "../api/types";
import { clamp, stay, type Gesture, type Hand, type Intent, type Step } from "./types";

/** Sides in picture pixels below which a box is a slip of the hand. */
const SMALLEST = 3;

export class Boxing implements Gesture {
  constructor(
    private readonly hand: Hand,
    private readonly from: Point,
    private readonly to: Point = from,
  ) {}

  get shape(): NewPrompt {
    const a = clamp(this.from);
    const b = clamp(this.to);
    return {
      kind: "box",
      box: [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)],
    };
  }

  move(places: readonly Point[]): Step {
    return stay(new Boxing(this.hand, this.from, places.at(-1) ?? this.to));
  }

  release(): readonly Intent[] {
    const { shape } = this;
    if (shape.kind !== "box") return [];
    const [x0, y0, x1, y1] = shape.box;
    const { width, height } = this.hand.picture;
    const small = (x1 - x0) * width < SMALLEST || (y1 - y0) * height < SMALLEST;
    return small ? [] : [shape];
  }
}
