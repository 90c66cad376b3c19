/** Which gesture a press begins. */

import { Boxing } from "./box";
import { Brushing, Lassoing } from "./drawing";
import { Dragging, Panning } from "./moving";
import { Pointing } from "./pointing";
import { clamp, isInside, type Gesture, type Hand, type Press, type Step } from "./types";

/** The first state of a gesture and what it asks for at once; null where a press does nothing. */
export function begin(hand: Hand, press: Press): Step | null {
  const { at, mark } = press;
  if (press.pan || hand.tool === "hand") return { next: new Panning(at), intents: [] };
  if (mark !== null) {
    return { next: new Dragging(hand, mark, at), intents: [{ kind: "select", mark }] };
  }
  // What encloses something may well begin beside the picture.
  const near = hand.tool === "box" || hand.tool === "lasso" ? clamp(at) : at;
  const next = isInside(near) ? drawn(hand, { ...press, at: near }) : null;
  return next && { next, intents: [] };
}

function drawn(hand: Hand, { at, alt }: Press): Gesture | null {
  const include = includes(hand, alt);
  switch (hand.tool) {
    case "include":
    case "exclude":
      return new Pointing(hand, at, include);
    case "box":
      return new Boxing(hand, at);
    case "brush":
      return new Brushing(hand, [at], include);
    case "lasso":
      return new Lassoing(hand, [at], include);
    case "hand":
      return null;
  }
}

/** Whether the tool in hand adds to the object; Alt turns it round. */
export function includes(hand: Pick<Hand, "tool" | "erase">, alt: boolean): boolean {
  const adds = hand.tool === "brush" || hand.tool === "lasso" ? !hand.erase : hand.tool !== "exclude";
  return adds !== alt;
}
