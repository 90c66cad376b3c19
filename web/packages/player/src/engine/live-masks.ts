/** Masks that are shown in the place of mattes until the next revision, by frame and object. */

import type { MaskPixels } from "../types";

const NONE: ReadonlyMap<string, MaskPixels> = new Map();

export class LiveMasks {
  private readonly frames = new Map<number, Map<string, MaskPixels>>();

  /** The masks of a frame by their objects. */
  of(frame: number): ReadonlyMap<string, MaskPixels> {
    return this.frames.get(frame) ?? NONE;
  }

  set(frame: number, objectId: string, mask: MaskPixels | null): void {
    const masks = this.frames.get(frame) ?? new Map<string, MaskPixels>();
    if (mask) masks.set(objectId, mask);
    else masks.delete(objectId);
    if (masks.size > 0) this.frames.set(frame, masks);
    else this.frames.delete(frame);
  }

  clear(): void {
    this.frames.clear();
  }
}
