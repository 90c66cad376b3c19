/** What was done between two states of a project, in a few words: what undo would take back. */

import type { Keyframe, Project, ProjectObject } from "../api/types";

/** The words for what changed, or null where nothing that can be undone did. */
export function deedBetween(before: Project, after: Project): string | null {
  if (after.revision < before.revision) return `restore revision ${after.revision}`;
  if (before.name !== after.name) return "rename the project";
  const old = new Map(before.objects.map((object) => [object.id, object]));
  const added = after.objects.find(({ id }) => !old.has(id));
  if (added) return `add ${added.name}`;
  const kept = new Set(after.objects.map(({ id }) => id));
  const removed = before.objects.find(({ id }) => !kept.has(id));
  if (removed) return `delete ${removed.name}`;
  for (const object of after.objects) {
    const earlier = old.get(object.id);
    const deed = earlier && objectDeed(earlier, object);
    if (deed) return deed;
  }
  if (before.objects.some(({ id }, index) => id !== after.objects[index]?.id)) return "reorder objects";
  return before.revision === after.revision ? null : "apply";
}

function objectDeed(before: ProjectObject, after: ProjectObject): string | null {
  if (before.name !== after.name) return `rename ${before.name}`;
  if (before.color !== after.color) return `colour of ${after.name}`;
  if (before.visible !== after.visible) return `${after.visible ? "show" : "hide"} ${after.name}`;
  if (before.locked !== after.locked) return `${after.locked ? "lock" : "unlock"} ${after.name}`;
  const old = new Map(before.keyframes.map((keyframe) => [keyframe.frame, keyframe]));
  for (const keyframe of after.keyframes) {
    const deed = keyframeDeed(old.get(keyframe.frame) ?? null, keyframe);
    if (deed !== null) return `${deed} on frame ${keyframe.frame}`;
    old.delete(keyframe.frame);
  }
  const [gone] = old.keys();
  return gone === undefined ? null : `delete keyframe ${gone}`;
}

function keyframeDeed(before: Keyframe | null, after: Keyframe): string | null {
  const clicks = after.clicks.length - (before?.clicks.length ?? 0);
  const prompts = after.prompts.length - (before?.prompts.length ?? 0);
  if (clicks > 0) return after.clicks.at(-1)?.include ? "include click" : "exclude click";
  if (prompts > 0) return after.prompts.at(-1)?.kind ?? "prompt";
  if (clicks + prompts < 0) return "delete a mark";
  if (before === null) return after.absent ? "absence" : "keyframe";
  return before.mask === after.mask && before.absent === after.absent ? null : "change of the mask";
}
