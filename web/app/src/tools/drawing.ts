/** Brush and lasso: a freehand line, which is a stroke of some width or the edge of an area. */

import type { NewPrompt } from "../api/types";
import type { Point } from "../logic/viewport";
import {
  clamp,
  distance,
  stay,
  type Gesture,
  type Hand,
  type Intent,
  type Pair,
  type Step,
} from "./types";

/** Places closer than this many picture pixels to the last one add nothing to a line. */
const SPACING = 1;
/** A brush needs no closer places than this share of its radius. */
const BRUSH_SPACING = 0.15;
/** The protocol takes no more places in one line; a longer one is drawn through every second place. */
const MOST_PLACES = 4096;
/** A lasso that encloses fewer picture pixels is a slip of the hand. */
const SMALLEST_AREA = 4;

abstract class Drawing implements Gesture {
  constructor(
    protected readonly hand: Hand,
    protected readonly points: readonly Point[],
    protected readonly include: boolean,
  ) {}

  abstract readonly shape: NewPrompt;
  protected abstract readonly spacing: number;

  move(places: readonly Point[]): Step {
    const points = [...this.points];
    for (const place of places.map(clamp)) {
      const last = points.at(-1);
      if (!last || distance(last, place, this.hand.picture) >= this.spacing) points.push(place);
    }
    if (points.length === this.points.length) return stay(this);
    return stay(this.with(points.length > MOST_PLACES ? thinned(points) : points));
  }

  release(): readonly Intent[] {
    return [this.shape];
  }

  protected abstract with(points: readonly Point[]): Gesture;

  protected get pairs(): readonly Pair[] {
    return this.points.map(({ x, y }): Pair => [x, y]);
  }
}

export class Brushing extends Drawing {
  get shape(): NewPrompt {
    const { radius, direct } = this.hand;
    return { kind: "brush", points: this.pairs, radius, include: this.include, direct };
  }

  protected get spacing(): number {
    const { picture, radius } = this.hand;
    return Math.max(SPACING, BRUSH_SPACING * radius * Math.min(picture.width, picture.height));
  }

  protected with(points: readonly Point[]): Gesture {
    return new Brushing(this.hand, points, this.include);
  }
}

export class Lassoing extends Drawing {
  protected readonly spacing = SPACING;

  get shape(): NewPrompt {
    const { direct } = this.hand;
    return { kind: "lasso", points: this.pairs, include: this.include, direct };
  }

  override release(): readonly Intent[] {
    const { width, height } = this.hand.picture;
    const area = enclosed(this.points) * width * height;
    return this.points.length >= 3 && area >= SMALLEST_AREA ? [this.shape] : [];
  }

  protected with(points: readonly Point[]): Gesture {
    return new Lassoing(this.hand, points, this.include);
  }
}

const thinned = (points: readonly Point[]) =>
  points.filter((_, i) => i % 2 === 0 || i === points.length - 1);

/** The area within a closed line, by the shoelace formula. */
function enclosed(points: readonly Point[]): number {
  let twice = 0;
  points.forEach((a, i) => {
    const b = points[(i + 1) % points.length] ?? a;
    twice += a.x * b.y - b.x * a.y;
  });
  return Math.abs(twice) / 2;
}
