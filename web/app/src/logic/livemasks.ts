/** Which keyframes' own masks are to be drawn in place of the matte stream. */

import type { Project } from "../api/types";
import { contains, segmentsToFrames, subtract, type Range } from "./ranges";

export interface LiveMask {
  readonly object: string;
  readonly frame: number;
  /** Address of the mask's picture; it names the content, so equal addresses are equal masks. */
  readonly address: string;
}

/** Bounds the memory that live masks take. */
const MOST = 16;

/** Frame ranges of each object's matte that are decoded. */
export type Buffered = Readonly<Record<string, readonly Range[]>>;

/** What the matte stream shows. */
export interface Streamed {
  readonly revision: number;
  readonly buffered: Buffered;
}

/**
 * A keyframe's own mask is drawn where the stream does not have it: its frame is stale, or it is
 * the frame in sight and its segment has not arrived, be it that all of the revision has not. The
 * nearest to the playhead come first.
 */
export function wantedMasks(project: Project, frame: number, streamed: Streamed): LiveMask[] {
  const buffered = streamed.revision === project.revision ? streamed.buffered : {};
  return project.objects
    .flatMap((object) =>
      object.keyframes
        .filter(
          (keyframe) =>
            contains(object.stale, keyframe.frame) ||
            (keyframe.frame === frame && !contains(buffered[object.id] ?? [], frame)),
        )
        .map((keyframe) => ({
          object: object.id,
          frame: keyframe.frame,
          address: keyframe.mask,
        })),
    )
    .sort((a, b) => Math.abs(a.frame - frame) - Math.abs(b.frame - frame))
    .slice(0, MOST);
}

/** What a manifest says of the mattes' segments. */
export interface MatteGrid {
  readonly grid: { readonly length: number; readonly frame_count: number };
  readonly objects: readonly {
    readonly id: string;
    readonly matte: { readonly addresses: readonly string[] } | null;
  }[];
}

/** What stays decoded when a revision follows another one: the segments that it did not change. */
export function stillBuffered(buffered: Buffered, before: MatteGrid, after: MatteGrid): Buffered {
  const { length, frame_count: count } = after.grid;
  const addressesIn = ({ objects }: MatteGrid, object: string) =>
    objects.find(({ id }) => id === object)?.matte?.addresses ?? [];
  const kept = Object.entries(buffered).map(([object, ranges]) => {
    const now = addressesIn(after, object);
    const changed = addressesIn(before, object).flatMap((address, segment): Range[] =>
      address === now[segment] ? [] : [[segment, segment + 1]],
    );
    return [object, subtract(ranges, segmentsToFrames(changed, length, count))] as const;
  });
  return Object.fromEntries(kept);
}
