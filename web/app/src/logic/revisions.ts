/** What changed from one revision to the next, from their manifests. */

export interface RevisionManifest {
  readonly grid: { readonly length: number; readonly frame_count: number };
  readonly objects: readonly {
    readonly id: string;
    readonly name: string;
    readonly keyframes: readonly number[];
    readonly matte: { readonly addresses: readonly string[] } | null;
  }[];
}

export interface Change {
  /** Short sentences for people, the weightiest first. */
  readonly lines: readonly string[];
  /** Frames whose mattes differ. */
  readonly frames: number;
}

/** Keyframes named one by one up to here; more are counted. */
const MOST_NAMED = 3;

export function changeBetween(before: RevisionManifest | null, after: RevisionManifest): Change {
  const lines: string[] = [];
  const old = new Map((before?.objects ?? []).map((object) => [object.id, object]));
  const several = after.objects.length > 1;
  for (const object of after.objects) {
    const earlier = old.get(object.id);
    old.delete(object.id);
    if (!earlier || (earlier.matte === null && object.matte !== null)) {
      if (object.matte) lines.push(`${object.name} added`);
      continue;
    }
    const who = several ? `${object.name}: ` : "";
    const added = object.keyframes.filter((frame) => !earlier.keyframes.includes(frame));
    const removed = earlier.keyframes.filter((frame) => !object.keyframes.includes(frame));
    if (added.length > 0) lines.push(`${who}${keyframes(added)} added`);
    if (removed.length > 0) lines.push(`${who}${keyframes(removed)} removed`);
    const changed = added.length + removed.length === 0 && changedSegments(earlier, object) > 0;
    if (changed) lines.push(`${who}masks corrected`);
  }
  for (const object of old.values()) lines.push(`${object.name} removed`);
  return { lines, frames: changedFrames(before, after) };
}

function keyframes(frames: readonly number[]): string {
  if (frames.length > MOST_NAMED) return `${frames.length} keyframes`;
  return `${frames.length === 1 ? "keyframe" : "keyframes"} ${frames.join(", ")}`;
}

type Matted = RevisionManifest["objects"][number];

function changedSegments(before: Matted, after: Matted): number {
  const old = before.matte?.addresses ?? [];
  return (after.matte?.addresses ?? []).filter((address, index) => address !== old[index]).length;
}

function changedFrames(before: RevisionManifest | null, after: RevisionManifest): number {
  const { length, frame_count: count } = after.grid;
  const segments = new Set<number>();
  for (const object of after.objects) {
    const old = before?.objects.find(({ id }) => id === object.id)?.matte?.addresses ?? [];
    for (const [index, address] of (object.matte?.addresses ?? []).entries()) {
      if (address !== old[index]) segments.add(index);
    }
  }
  return [...segments].reduce((sum, index) => sum + Math.min(length, count - index * length), 0);
}
