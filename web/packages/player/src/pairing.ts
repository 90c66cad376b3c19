/**
 * The pairing rule, apart from everything else: given what is there of a frame, what may be drawn.
 * A picture never shows a matte of another frame or revision; the buffers make sure that what they
 * return is of this frame and revision, this decides whether that is enough.
 */

import type { MatteState } from "./types";

/** What is there of one visible object on one frame. */
export interface ObjectMatte {
  readonly id: string;
  readonly color: string;
  /** (height x width) luma, or null when it is not there. */
  readonly pixels: Uint8Array | null;
  readonly live: boolean;
  /** The object has a matte in this revision. */
  readonly expected: boolean;
  /** A missing matte will be there without the server's having to make it. */
  readonly coming: boolean;
}

export interface Layer {
  readonly id: string;
  readonly color: string;
  readonly pixels: Uint8Array;
  readonly live: boolean;
}

export type Choice =
  | { readonly kind: "wait" }
  | { readonly kind: "draw"; readonly matte: MatteState; readonly layers: readonly Layer[] };

/** A choice for each side of a wipe; `left` is null where no second revision is shown. */
export type Sides =
  | { readonly kind: "wait" }
  | { readonly kind: "draw"; readonly right: Drawn; readonly left: Drawn | null };

export type Drawn = Extract<Choice, { kind: "draw" }>;

/** Decides about a frame whose two sides are drawn at once or not at all. */
export function chooseSides(
  plate: boolean,
  right: readonly ObjectMatte[],
  left: readonly ObjectMatte[] | null,
  patient: boolean,
): Sides {
  const chosen = choose(plate, right, patient);
  const other = left && choose(plate, left, patient);
  if (chosen.kind === "wait" || other?.kind === "wait") return { kind: "wait" };
  return { kind: "draw", right: chosen, left: other };
}

/**
 * Decides about a frame.
 *
 * @param plate whether the frame's plate is decoded
 * @param objects the visible objects' mattes on this very frame
 * @param patient wait for mattes that are about to come, instead of showing the plate alone
 */
export function choose(plate: boolean, objects: readonly ObjectMatte[], patient: boolean): Choice {
  if (!plate) return { kind: "wait" };
  const missing = objects.filter((object) => object.pixels === null && object.expected);
  if (patient && missing.length > 0 && missing.every((object) => object.coming)) return { kind: "wait" };
  const layers = objects.flatMap(({ id, color, pixels, live }) =>
    pixels === null ? [] : [{ id, color, pixels, live }],
  );
  const matte = missing.length > 0 ? "pending" : layers.length > 0 ? "paired" : "none";
  return { kind: "draw", matte, layers };
}
