/** Two fingers on the stage: what they do to the view. Places are in pixels of the stage. */

import { panBy, zoomAt, type Point, type Viewport } from "../logic/viewport";

export type Fingers = readonly [Point, Point];

const middle = ([a, b]: Fingers): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const spread = ([a, b]: Fingers): number => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));

/** The view after two fingers went from `before` to `after`: what was under them stays there. */
export function pinch(view: Viewport, before: Fingers, after: Fingers, minimum: number): Viewport {
  const from = middle(before);
  const to = middle(after);
  const zoomed = zoomAt(view, from, spread(after) / spread(before), minimum);
  return panBy(zoomed, to.x - from.x, to.y - from.y);
}
