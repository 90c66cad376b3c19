/** The clicks to draw: what the server knows, with what the user did since on top. */

import type { Click, Project, ProjectObject } from "../api/types";
import type { Draft } from "./draft";

export interface ShownClick extends Click {
  readonly pending: boolean;
}

export function clicksShown(
  object: ProjectObject | null,
  frame: number,
  draft: Draft,
): ShownClick[] {
  const stored = object?.keyframes.find((keyframe) => keyframe.frame === frame)?.clicks ?? [];
  const added = draft.added.filter(
    (click) => (click.object === "" || click.object === object?.id) && click.frame === frame,
  );
  return [
    ...stored
      .filter((click) => !draft.removed.includes(click.id))
      .map((click) => ({ ...click, ...draft.moved[click.id], pending: click.id in draft.moved })),
    ...added.map((click) => ({ ...click, pending: true })),
  ];
}

export function objectOf(project: Project | null, id: string | null): ProjectObject | null {
  return project?.objects.find((object) => object.id === id) ?? project?.objects[0] ?? null;
}

export function keyframesOf(object: ProjectObject | null): number[] {
  return (object?.keyframes ?? []).map((keyframe) => keyframe.frame).sort((a, b) => a - b);
}

/** Whether any object's clicks changed since the revision that is shown. */
export function hasStale(project: Project): boolean {
  return project.objects.some((object) => object.stale.length > 0);
}
