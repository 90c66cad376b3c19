/** A loaded clip: its time, its pictures, and the revision that is compared with. */

import { PlayClock } from "../clock";
import { FrameTable } from "../frame-table";
import type { Manifest } from "../manifest";
import { chooseSides, type Sides } from "../pairing";
import { Playback } from "../playback";
import type { DecoderKind, ObjectStyle } from "../types";
import { Buffers, type BufferOptions } from "./buffers";

export interface ClipOptions extends Omit<BufferOptions, "table"> {
  readonly table: FrameTable;
  readonly manifest: Manifest;
}

export class Clip {
  readonly table: FrameTable;
  readonly playback: Playback;
  readonly decoder: DecoderKind;
  readonly buffers: Buffers;
  private current: Manifest;
  /** Revision shown left of the wipe, and its manifest as soon as that is there. */
  private against: { readonly revision: number; readonly manifest: Manifest | null } | null = null;

  constructor(options: ClipOptions) {
    this.table = options.table;
    this.decoder = options.decoder;
    this.current = options.manifest;
    this.playback = new Playback(this.table, new PlayClock(this.table.timescale));
    this.buffers = new Buffers(options.manifest, options);
  }

  get manifest(): Manifest {
    return this.current;
  }

  /** @throws Error when the manifest is of another frame table. */
  setManifest(manifest: Manifest): void {
    this.check(manifest);
    this.current = manifest;
    this.buffers.setManifest(manifest);
  }

  setObjects(styles: readonly ObjectStyle[]): void {
    this.buffers.setObjects(styles);
  }

  /** The revision to compare with; null: none. */
  get compared(): number | null {
    return this.against?.revision ?? null;
  }

  /** Compares with a revision from now on; its side stays pending until its manifest is given. */
  compare(revision: number | null): void {
    this.against = revision === null ? null : { revision, manifest: null };
    this.buffers.setComparison(null);
  }

  /** @throws Error when the manifest is of another frame table. */
  setComparison(manifest: Manifest): void {
    this.check(manifest);
    if (manifest.revision !== this.compared) return;
    this.against = { revision: manifest.revision, manifest };
    this.buffers.setComparison(manifest);
  }

  get comparison(): Manifest | null {
    return this.against?.manifest ?? null;
  }

  /** What may be drawn of a frame, by the pairing rule. */
  sides(frame: number, patient: boolean): Sides {
    const { buffers, against } = this;
    const plate = buffers.plate(frame) !== undefined;
    const sides = chooseSides(plate, buffers.mattesOf(frame), against && buffers.comparedMattesOf(frame), patient);
    // Without its manifest nothing is known of the other revision: nothing of it may be drawn.
    if (sides.kind === "wait" || !against || against.manifest) return sides;
    return { ...sides, left: { kind: "draw", matte: "pending", layers: [] } };
  }

  private check(manifest: Manifest): void {
    if (manifest.frame_table.hash === this.table.hash) return;
    throw new Error("The manifest is of another frame table; load the clip anew.");
  }
}
