/**
 * What tools take and give. A tool is a chain of small states, each of which says what follows from
 * the pointer's next move; it knows no elements, no server and no clock. Places are in fractions of
 * the picture, beyond 0..1 outside it.
 */

import type { NewPrompt } from "../api/types";
import type { Point, Size } from "../logic/viewport";

export type Tool = "include" | "exclude" | "box" | "brush" | "lasso" | "hand";

/** How the tools are set when a gesture begins. */
export interface Hand {
  readonly tool: Tool;
  /** Brush and lasso take away instead of adding. */
  readonly erase: boolean;
  /** Brush and lasso edit the mask itself; otherwise they are prompts that the network reads. */
  readonly direct: boolean;
  /** The brush's, as a share of the picture's shorter side. */
  readonly radius: number;
  /** In pixels. */
  readonly picture: Size;
  /** How many picture pixels one pixel of the screen (CSS) covers. */
  readonly pixel: number;
}

export interface Press {
  readonly at: Point;
  /** Alt: the opposite of what the tool does. */
  readonly alt: boolean;
  /** The point or prompt that was hit. */
  readonly mark: string | null;
  /** The press moves the view, whatever the tool. */
  readonly pan: boolean;
}

/** What a gesture asks for. */
export type Intent =
  | { readonly kind: "click"; readonly at: Point; readonly include: boolean }
  | NewPrompt
  | { readonly kind: "pan"; readonly dx: number; readonly dy: number }
  | { readonly kind: "select"; readonly mark: string }
  | { readonly kind: "drag"; readonly mark: string; readonly at: Point }
  | { readonly kind: "drop"; readonly mark: string };

export type Pair = readonly [x: number, y: number];

/** One state of a tool while the pointer is down. */
export interface Gesture {
  /** What is being drawn, for the picture to show at once. */
  readonly shape: NewPrompt | null;
  /** Where the pointer went, oldest first: a fast stroke has several places for one event. */
  move(places: readonly Point[]): Step;
  release(): readonly Intent[];
}

/** The state that follows, and what it asks for. */
export interface Step {
  readonly next: Gesture;
  readonly intents: readonly Intent[];
}

export const stay = (next: Gesture, ...intents: Intent[]): Step => ({ next, intents });

export const isInside = ({ x, y }: Point): boolean => x >= 0 && x <= 1 && y >= 0 && y <= 1;

export const clamp = ({ x, y }: Point): Point => ({
  x: Math.min(1, Math.max(0, x)),
  y: Math.min(1, Math.max(0, y)),
});

/** Distance in picture pixels. */
export function distance(a: Point, b: Point, picture: Size): number {
  return Math.hypot((a.x - b.x) * picture.width, (a.y - b.y) * picture.height);
}
