/** Which keyframes' own masks are to be drawn in place of the matte stream. */

import type { Project } from "../api/types";
import { contains, type Range } from "./ranges";

export interface LiveMask {
  readonly object: string;
  readonly frame: number;
  /** Address of the mask's picture; it names the content, so equal addresses are equal masks. */
  readonly address: string;
}

/** Bounds the memory that live masks take. */
const MOST = 16;

/**
 * A keyframe's own mask is drawn where the stream does not have it: its frame is stale, or it is
 * the frame in sight and its segment has not arrived. The nearest to the playhead come first.
 */
export function wantedMasks(
  project: Project,
  frame: number,
  buffered: Readonly<Record<string, readonly Range[]>>,
): LiveMask[] {
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
