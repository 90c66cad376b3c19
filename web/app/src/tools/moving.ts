/** What moves something that is there: the view, or a point. */

import type { Point } from "../logic/viewport";
import { SLACK } from "./pointing";
import { clamp, distance, stay, type Gesture, type Hand, type Intent, type Step } from "./types";

/** Keeps the place that was pressed under the pointer. */
export class Panning implements Gesture {
  readonly shape = null;

  constructor(private readonly grip: Point) {}

  move(places: readonly Point[]): Step {
    const at = places.at(-1) ?? this.grip;
    return stay(this, { kind: "pan", dx: at.x - this.grip.x, dy: at.y - this.grip.y });
  }

  release(): readonly Intent[] {
    return [];
  }
}

export class Dragging implements Gesture {
  readonly shape = null;

  constructor(
    private readonly hand: Hand,
    private readonly mark: string,
    private readonly from: Point,
    private readonly moved = false,
  ) {}

  move(places: readonly Point[]): Step {
    const { hand, mark, from } = this;
    const at = places.at(-1) ?? from;
    const moved = this.moved || distance(at, from, hand.picture) > SLACK * hand.pixel;
    if (!moved) return stay(this);
    return stay(new Dragging(hand, mark, from, true), { kind: "drag", mark, at: clamp(at) });
  }

  release(): readonly Intent[] {
    return this.moved ? [{ kind: "drop", mark: this.mark }] : [];
  }
}
