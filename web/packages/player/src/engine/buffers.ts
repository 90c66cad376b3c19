/** The decoded pictures around the playhead: plates, mattes, and the mattes they are compared with. */

import type { Counters } from "../counters";
import type { Planes } from "../decode/decoder";
import { decodersAtOnce, makeDecoder, settingsOf } from "../decode/factory";
import type { SegmentFetcher } from "../fetcher";
import { Grid, type FrameTable } from "../frame-table";
import type { Manifest, Rendition } from "../manifest";
import type { ObjectMatte } from "../pairing";
import { RenditionStream } from "../rendition-stream";
import type { BufferEvent, DecoderKind, ErrorCode, MaskPixels, ObjectStyle } from "../types";
import { windowAround, type Window } from "../window";
import { LiveMasks } from "./live-masks";
import { comparedMattes, differing, MatteSet, withGone } from "./matte-set";

/** Bytes of a plate per pixel: luma, and two chroma planes of a quarter each. */
const PLATE = 1.5;

/** Where the pictures are wanted, see {@link Window}. */
export type Playhead = Pick<Window, "direction" | "bothWays" | "passing"> & { readonly frame: number };

export interface BufferHooks {
  readonly onChange: () => void;
  readonly onError: (code: ErrorCode, message: string) => void;
  readonly onBroken: () => void;
}

export interface BufferOptions {
  readonly table: FrameTable;
  readonly fetcher: SegmentFetcher;
  readonly counters: Counters;
  readonly baseUrl: string;
  readonly bytes: number;
  readonly decoder: DecoderKind;
  readonly hooks: BufferHooks;
  readonly liveMasks: LiveMasks;
}

export class Buffers {
  private readonly grid: Grid;
  private readonly plates: RenditionStream;
  private readonly mattes: MatteSet;
  /** Another revision's mattes, as far as they differ from the current one's. */
  private compared: { readonly manifest: Manifest; readonly mattes: MatteSet } | null = null;
  /** They outlive the buffers when another decoder takes over. */
  readonly liveMasks: LiveMasks;
  private styles: readonly ObjectStyle[] | null = null;
  private playhead: Playhead | null = null;

  constructor(
    private manifest: Manifest,
    private readonly options: BufferOptions,
  ) {
    this.liveMasks = options.liveMasks;
    this.grid = new Grid(manifest.grid.length, manifest.grid.frame_count);
    this.plates = this.stream(manifest.video, false);
    this.mattes = new MatteSet(manifest, (rendition) => this.stream(rendition, true));
  }

  /** Takes another revision over; what it did not change stays. Live masks belong to the old one. */
  setManifest(manifest: Manifest): void {
    if (manifest.revision !== this.manifest.revision) this.liveMasks.clear();
    this.manifest = manifest;
    this.plates.setRendition(manifest.video);
    this.mattes.setManifest(manifest);
    this.syncCompared();
    this.share();
  }

  /**
   * Decodes another revision's mattes beside the current one's; null ends that. Of a revision that is
   * told again, what was decoded stays.
   */
  setComparison(manifest: Manifest | null): void {
    if (this.compared && manifest?.revision === this.compared.manifest.revision) {
      this.compared = { ...this.compared, manifest };
      this.syncCompared();
      return;
    }
    this.compared?.mattes.close();
    this.compared = null;
    if (!manifest) {
      this.share();
      return;
    }
    const mattes = new MatteSet(differing(manifest, this.listed), (rendition) => this.stream(rendition, true));
    this.compared = { manifest, mattes };
    this.syncCompared();
    this.share();
  }

  setObjects(styles: readonly ObjectStyle[]): void {
    this.styles = styles;
    this.mattes.setObjects(styles);
    this.syncCompared();
    this.share();
  }

  setLiveMask(frame: number, objectId: string, mask: MaskPixels | null): void {
    const { width, height } = this.manifest.video;
    if (mask && (mask.width !== width || mask.height !== height)) {
      throw new Error(`The mask is ${mask.width} x ${mask.height}, the picture ${width} x ${height}.`);
    }
    this.liveMasks.set(frame, objectId, mask);
  }

  /** Moves the window of kept frames. */
  setPlayhead(playhead: Playhead): void {
    const { playhead: last } = this;
    this.playhead = playhead;
    // Most turns of a playing clip come between two of its frames.
    if (last?.frame === playhead.frame && last.direction === playhead.direction) {
      if (last.bothWays === playhead.bothWays && last.passing === playhead.passing) return;
    }
    this.share();
  }

  plate(frame: number): Planes | undefined {
    return this.plates.get(frame);
  }

  /** Whether a frame's plate needs only to be decoded. */
  isFetched(frame: number): boolean {
    return this.plates.isFetched(frame);
  }

  /** The visible objects' mattes on a frame: live masks first. */
  mattesOf(frame: number): ObjectMatte[] {
    const live = this.liveMasks.of(frame);
    return this.mattes.of(frame).map((matte) => {
      const mask = live.get(matte.id);
      return mask ? { ...matte, pixels: mask.data, live: true } : matte;
    });
  }

  /** A copy of what an object shows on a frame, or null. */
  readMatte(frame: number, objectId: string): MaskPixels | null {
    const { width, height } = this.manifest.video;
    const matte = this.mattesOf(frame).find(({ id }) => id === objectId);
    return matte?.pixels ? { width, height, data: matte.pixels.slice() } : null;
  }

  /** The same of the revision that is compared with; empty without one. */
  comparedMattesOf(frame: number): ObjectMatte[] {
    return this.compared ? comparedMattes(this.compared.mattes, this.mattes, frame, this.grid) : [];
  }

  markReady(objectId: string | null, address: string): void {
    if (objectId === null) this.plates.markReady(address);
    else {
      this.mattes.markReady(objectId, address);
      this.compared?.mattes.markReady(objectId, address);
    }
  }

  retry(): void {
    for (const part of [this.plates, this.mattes, this.compared?.mattes]) part?.retry();
  }

  get ranges(): BufferEvent {
    return { plate: this.plates.frames, mattes: this.mattes.ranges, bytes: this.bytes };
  }

  get bytes(): number {
    const area = this.manifest.video.width * this.manifest.video.height;
    const mattes = this.mattes.count + (this.compared?.mattes.count ?? 0);
    return (this.plates.count * PLATE + mattes) * area;
  }

  close(): void {
    this.plates.close();
    this.mattes.close();
    this.compared?.mattes.close();
  }

  /** Shares the room among what there is now: a matte that is shown again takes it from the others. */
  private share(): void {
    if (!this.playhead) return;
    const { frame, direction, bothWays, passing } = this.playhead;
    const { width, height } = this.manifest.video;
    const area = width * height;
    const mattes = this.mattes.size + (this.compared?.mattes.size ?? 0);
    const capacity = Math.floor(this.options.bytes / ((PLATE + mattes) * area));
    const window = windowAround(frame, capacity, this.grid.frameCount, direction, bothWays, passing);
    this.plates.setWindow(window);
    this.mattes.setWindow(window);
    this.compared?.mattes.setWindow(window);
  }

  /** The current manifest without the objects that are gone since: they have no mattes here. */
  private get listed(): Manifest {
    const { manifest, styles } = this;
    if (!styles) return manifest;
    const objects = manifest.objects.filter((object) => styles.some(({ id }) => id === object.id));
    return { ...manifest, objects };
  }

  private syncCompared(): void {
    if (!this.compared) return;
    const { manifest, mattes } = this.compared;
    mattes.setManifest(differing(manifest, this.listed));
    mattes.setObjects(this.styles && withGone(this.styles, manifest));
  }

  private stream(rendition: Rendition, luma: boolean): RenditionStream {
    const { table, fetcher, counters, baseUrl, decoder, hooks } = this.options;
    return new RenditionStream(rendition, {
      table,
      grid: this.grid,
      fetcher,
      counters,
      baseUrl,
      decoders: decodersAtOnce(decoder, luma),
      makeDecoder: () => makeDecoder(decoder, settingsOf(rendition, luma), counters),
      onPicture: () => {
        if (luma) counters.decodedMattes++;
        else counters.decodedPlates++;
        hooks.onChange();
      },
      onChange: hooks.onChange,
      onError: hooks.onError,
      onBroken: hooks.onBroken,
    });
  }
}
