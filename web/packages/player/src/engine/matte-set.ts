/** The mattes of one revision around the playhead: a stream for each visible object that has one. */

import type { Planes } from "../decode/decoder";
import type { Grid } from "../frame-table";
import type { Manifest, Rendition } from "../manifest";
import type { ObjectMatte } from "../pairing";
import { ELSEWHERE, type RenditionStream } from "../rendition-stream";
import type { ObjectStyle } from "../types";
import type { Window } from "../window";

export class MatteSet {
  private readonly streams = new Map<string, RenditionStream>();
  private styles: readonly ObjectStyle[] | null = null;
  private window: Window | null = null;

  constructor(
    private current: Manifest,
    private readonly open: (rendition: Rendition) => RenditionStream,
  ) {
    this.sync();
  }

  get manifest(): Manifest {
    return this.current;
  }

  /** How many objects have a stream. */
  get size(): number {
    return this.streams.size;
  }

  /** Decoded mattes over all objects. */
  get count(): number {
    let pictures = 0;
    for (const stream of this.streams.values()) pictures += stream.count;
    return pictures;
  }

  /** Takes another revision over; what it did not change stays. */
  setManifest(manifest: Manifest): void {
    this.current = manifest;
    this.sync();
    for (const { id, matte } of manifest.objects) if (matte) this.streams.get(id)?.setRendition(matte);
  }

  setObjects(styles: readonly ObjectStyle[] | null): void {
    this.styles = styles;
    this.sync();
  }

  setWindow(window: Window): void {
    this.window = window;
    for (const stream of this.streams.values()) stream.setWindow(window);
  }

  get(id: string, frame: number): Planes | undefined {
    return this.streams.get(id)?.get(frame);
  }

  /** What is there of each visible object on a frame. */
  of(frame: number): ObjectMatte[] {
    return this.visible().map(({ id, color }) => {
      const stream = this.streams.get(id);
      return {
        id,
        color,
        pixels: stream?.get(frame)?.luma ?? null,
        live: false,
        expected: stream !== undefined,
        coming: stream?.isComing(frame) ?? false,
      };
    });
  }

  markReady(objectId: string, address: string): void {
    this.streams.get(objectId)?.markReady(address);
  }

  retry(): void {
    for (const stream of this.streams.values()) stream.retry();
  }

  get ranges(): Record<string, readonly (readonly [number, number])[]> {
    return Object.fromEntries([...this.streams].map(([id, stream]) => [id, stream.frames]));
  }

  close(): void {
    for (const stream of this.streams.values()) stream.close();
    this.streams.clear();
  }

  private visible(): readonly { id: string; color: string }[] {
    return this.styles ? this.styles.filter((style) => style.visible) : this.current.objects;
  }

  private sync(): void {
    const shown = new Set(this.visible().map(({ id }) => id));
    const wanted = this.current.objects.filter(({ id, matte }) => matte && shown.has(id));
    for (const [id, stream] of this.streams) {
      if (wanted.some((object) => object.id === id)) continue;
      stream.close();
      this.streams.delete(id);
    }
    for (const { id, matte } of wanted) {
      if (!matte || this.streams.has(id)) continue;
      const stream = this.open(matte);
      this.streams.set(id, stream);
      if (this.window) stream.setWindow(this.window);
    }
  }
}

/**
 * `other` with only those matte segments that differ from `current`'s: the rest is decoded once, for
 * both sides of a wipe.
 */
export function differing(other: Manifest, current: Manifest): Manifest {
  const objects = other.objects.map((object) => {
    const same = current.objects.find(({ id }) => id === object.id)?.matte?.addresses;
    const { matte } = object;
    if (!same || !matte) return object;
    const addresses = matte.addresses.map((address, i) => (address === same[i] ? ELSEWHERE : address));
    return { ...object, matte: { ...matte, addresses } };
  });
  return { ...other, objects };
}

/**
 * The objects as they are seen now, and those of another revision that are gone since, in their own
 * colours. Where only one of several is shown, nothing is added to it.
 */
export function withGone(styles: readonly ObjectStyle[], other: Manifest): readonly ObjectStyle[] {
  const alone = styles.length > 1 && styles.filter(({ visible }) => visible).length === 1;
  const gone = other.objects.filter(({ id }) => !styles.some((style) => style.id === id));
  return alone ? styles : [...styles, ...gone.map(({ id, color }) => ({ id, color, visible: true }))];
}

/** The mattes of `other` on a frame, taken from `current` where both have the same segment. */
export function comparedMattes(other: MatteSet, current: MatteSet, frame: number, grid: Grid): ObjectMatte[] {
  const segment = grid.segmentOf(frame);
  const shared = new Set(
    other.manifest.objects.filter(({ matte }) => matte?.addresses[segment] === ELSEWHERE).map(({ id }) => id),
  );
  const own = current.of(frame);
  return other.of(frame).map((matte) => (shared.has(matte.id) ? (own.find(({ id }) => id === matte.id) ?? matte) : matte));
}
