/** The prompts to draw on a frame: what the server knows, with what the user did since on top. */

import type { NewPrompt, ProjectObject } from "../api/types";
import type { Draft } from "./draft";
import type { Point } from "./viewport";

export interface ShownPrompt {
  readonly id: string;
  readonly prompt: NewPrompt;
  readonly pending: boolean;
}

export function promptsShown(
  object: ProjectObject | null,
  frame: number,
  draft: Draft,
): ShownPrompt[] {
  const stored = object?.keyframes.find((keyframe) => keyframe.frame === frame)?.prompts ?? [];
  return [
    ...stored
      .filter((prompt) => !draft.removed.includes(prompt.id))
      .map((prompt) => ({ id: prompt.id, prompt, pending: false })),
    ...draft.prompts
      .filter(
        (entry) => (entry.object === "" || entry.object === object?.id) && entry.frame === frame,
      )
      .map(({ id, prompt }) => ({ id, prompt, pending: true })),
  ];
}

/** Where a prompt's glyph stands: a box's corner, the beginning of a line. */
export function placeOf(prompt: NewPrompt): Point {
  if (prompt.kind === "box") return { x: prompt.box[0], y: prompt.box[1] };
  const [x, y] = prompt.points[0] ?? [0.5, 0.5];
  return { x, y };
}

export const includesOf = (prompt: NewPrompt): boolean =>
  prompt.kind === "box" || prompt.include;

/** A prompt in words, for tooltips and screen readers. */
export function nameOf(prompt: NewPrompt): string {
  if (prompt.kind === "box") return "Box";
  const paints = prompt.include ? "Paint" : "Erase";
  const asks = prompt.include ? "Include" : "Exclude";
  const what = prompt.kind === "brush" ? "stroke" : "lasso";
  return `${prompt.direct ? paints : asks} ${what}`;
}
