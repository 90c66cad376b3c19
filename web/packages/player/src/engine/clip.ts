/** A loaded clip: its time, its pictures, and the revision that is compared with. */

import { PlayClock } from "../clock";
import { FrameTable } from "../frame-table";
import type { Manifest } from "../manifest";
import { chooseSides, type Sides } from "../pairing";
import { Playback } from "../playback";
import type { DecoderKind, ObjectStyle } from "../types";
import { Buffers, type BufferOptions } from "./buffers";

/** A picture is seen with the screen's next refresh, at most that much later. */
const REFRESH_MS = 1000 / 60;

export interface ClipOptions extends Omit<BufferOptions, "table"> {
  readonly table: FrameTable;
  readonly manifest: Manifest;
}

export class Clip {
  readonly table: FrameTable;
  readonly playback: Playback;
  readonly decoder: DecoderKind;
  readonly buffers: Buffers;
  private readonly onChange: () => void;
  private closed = false;
  private current: Manifest;
  /** Revision shown left of the wipe, and its manifest as soon as that is there. */
  private against: { readonly revision: number; readonly manifest: Manifest | null } | null = null;

  constructor(options: ClipOptions) {
    this.table = options.table;
    this.decoder = options.decoder;
    this.onChange = options.hooks.onChange;
    this.current = options.manifest;
    this.playback = new Playback(this.table, new PlayClock(this.table.timescale), REFRESH_MS);
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

  /**
   * Compares with a revision from now on, or with none; its side stays pending until `read` has its
   * manifest.
   *
   * @throws Error when there is no such revision of this clip.
   */
  async compareWith(revision: number | null, read: (revision: number) => Promise<Manifest>): Promise<void> {
    if (revision === this.compared) return;
    this.against = revision === null ? null : { revision, manifest: null };
    this.buffers.setComparison(null);
    if (revision === null) return;
    try {
      const manifest = revision === this.current.revision ? this.current : await read(revision);
      this.check(manifest);
      if (this.closed || revision !== this.compared) return;
      this.against = { revision, manifest };
      this.buffers.setComparison(manifest);
    } catch (error) {
      // Whoever asks again gets another try.
      if (revision === this.compared) this.against = null;
      throw error;
    } finally {
      this.onChange();
    }
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

  /** Whether a frame can be drawn as completely as it will be. */
  isDrawable(frame: number): boolean {
    return this.sides(frame, true).kind === "draw";
  }

  close(): void {
    this.closed = true;
    this.buffers.close();
  }

  private check(manifest: Manifest): void {
    if (manifest.frame_table.hash === this.table.hash) return;
    throw new Error("The manifest is of another frame table; load the clip anew.");
  }
}
