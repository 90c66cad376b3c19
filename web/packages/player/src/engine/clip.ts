/** A loaded clip: its time, its pictures, and the revision that is compared with. */

import { PlayClock } from "../clock";
import { FrameTable } from "../frame-table";
import { UNDECIDED, type Manifest } from "../manifest";
import { chooseSides, type Sides } from "../pairing";
import { Playback } from "../playback";
import type { DecoderKind, ObjectStyle } from "../types";
import { Buffers, type BufferOptions } from "./buffers";

/** A picture is seen with the screen's next refresh, at most that much later. */
const REFRESH_MS = 1000 / 60;

/** Gets the manifest of a revision. */
export type ReadManifest = (revision: number) => Promise<Manifest>;

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
  /** Ends with what is read of it by now. */
  private reading: Promise<void> = Promise.resolve();

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
  async compareWith(revision: number | null, read: ReadManifest): Promise<void> {
    if (revision === this.compared) return;
    this.against = revision === null ? null : { revision, manifest: null };
    this.buffers.setComparison(null);
    if (revision === null) return;
    const first = this.readCompared(revision, read);
    this.reading = first.catch(() => undefined);
    await first;
  }

  /** Reads the revision to compare with again, where some of it had not been decided. */
  readDecisions(read: ReadManifest): Promise<void> {
    this.reading = this.reading.then(async () => {
      const { against } = this;
      if (this.closed || !against?.manifest || !isUndecided(against.manifest)) return;
      try {
        this.compare(against.revision, await this.manifestOf(against.revision, read));
      } catch {
        // What was read before holds; more is decided later, or the page asks again for all.
      }
    });
    return this.reading;
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

  private async readCompared(revision: number, read: ReadManifest): Promise<void> {
    try {
      this.compare(revision, await this.manifestOf(revision, read));
    } catch (error) {
      // Whoever asks again gets another try.
      if (revision === this.compared) this.against = null;
      this.onChange();
      throw error;
    }
  }

  private manifestOf(revision: number, read: ReadManifest): Promise<Manifest> {
    return revision === this.current.revision ? Promise.resolve(this.current) : read(revision);
  }

  private compare(revision: number, manifest: Manifest): void {
    this.check(manifest);
    if (!this.closed && revision === this.compared) {
      this.against = { revision, manifest };
      this.buffers.setComparison(manifest);
    }
    this.onChange();
  }

  private check(manifest: Manifest): void {
    if (manifest.frame_table.hash === this.table.hash) return;
    throw new Error("The manifest is of another frame table; load the clip anew.");
  }
}

function isUndecided({ objects }: Manifest): boolean {
  return objects.some(({ matte }) => matte?.addresses.includes(UNDECIDED));
}
