/** What an export would hold, and whether a finished one still holds what is on the screen. */

import type { Project } from "../api/types";
import type { Range } from "./ranges";

/** The part of the shown manifest that says which objects have mattes. */
export interface AppliedObjects {
  readonly revision: number;
  readonly objects: readonly { readonly id: string; readonly matte: object | null }[];
}

/** The objects that the present revision has mattes of and that still exist. */
export function appliedObjects(
  project: Project | null,
  manifest: AppliedObjects | null,
): readonly string[] {
  const existing = new Set(project?.objects.map((object) => object.id));
  return mattesOf(project, manifest).filter((id) => existing.has(id));
}

/** Whether an object was removed that the present revision still has, beside others to cut out. */
export function hasRemoved(project: Project | null, manifest: AppliedObjects | null): boolean {
  const clicked = project?.objects.some((object) => object.keyframes.length > 0) === true;
  const applied = mattesOf(project, manifest);
  return clicked && applied.length > appliedObjects(project, manifest).length;
}

function mattesOf(project: Project | null, manifest: AppliedObjects | null): readonly string[] {
  if (!project || manifest?.revision !== project.revision) return [];
  return manifest.objects.filter((object) => object.matte !== null).map((object) => object.id);
}

interface Marks {
  readonly in: number | null;
  readonly out: number | null;
}

/** A text that changes with everything a new export would show differently. */
export function exportBasis(
  project: Project | null,
  marks: Marks,
  hidden: ReadonlySet<string>,
): string {
  const objects = (project?.objects ?? []).map((object): [string, boolean, readonly Range[]] => [
    object.id,
    hidden.has(object.id),
    object.stale,
  ]);
  return JSON.stringify([project?.revision ?? 0, objects, marks.in, marks.out]);
}
