/** What an export would hold, and whether a finished one still holds what is on the screen. */

import type { Project } from "../api/types";

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
export function exportBasis(project: Project | null, marks: Marks): string {
  const objects = (project?.objects ?? []).map(({ id, visible, stale, edge }) => [id, visible, stale, edge]);
  return JSON.stringify([project?.revision ?? 0, objects, marks.in, marks.out]);
}

/** What a template's words in braces stand for. */
export type NameParts = Readonly<Record<"project" | "clip" | "object" | "revision" | "format", string>>;

/** The words in braces that an export's name may have. */
export const NAME_WORDS = ["project", "clip", "object", "revision", "format"] as const;

/** The template that the server takes where nobody gave one. */
export function usualName(format: string, separate: boolean): string {
  const words = ["{project}", separate && "{object}", format === "matte" && "{format}", "r{revision}"];
  return words.filter(Boolean).join(" ");
}

/** A file's name as the server will make it; unknown words stay as they are. */
export function fillName(template: string, parts: NameParts): string {
  return template.replace(/\{(\w+)\}/g, (whole, word: string) =>
    word in parts ? parts[word as keyof NameParts] : whole,
  );
}
