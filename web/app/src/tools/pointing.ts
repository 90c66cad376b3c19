/** Include and exclude: a press is a click, unless the pointer is dragged, which selects a box. */

import type { Point } from "../logic/viewport";
import { Boxing } from "./box";
import { distance, stay, type Gesture, type Hand, type Intent, type Step } from "./types";

/** Travel in screen pixels below which a press is no drag. */
export const SLACK = 4;

export class Pointing implements Gesture {
  readonly shape = null;

  constructor(
    private readonly hand: Hand,
    readonly at: Point,
    private readonly include: boolean,
  ) {}

  move(places: readonly Point[]): Step {
    const { at, hand, include } = this;
    const far = places.some((place) => distance(place, at, hand.picture) > SLACK * hand.pixel);
    // A box says what belongs to the object; there is none for what does not.
    return far && include ? new Boxing(hand, at).move(places) : stay(this);
  }

  release(): readonly Intent[] {
    return [{ kind: "click", at: this.at, include: this.include }];
  }
}
