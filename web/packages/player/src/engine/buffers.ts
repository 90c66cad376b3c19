/** The decoded pictures around the playhead: a stream of plates and one of mattes per object. */

import type { Counters } from "../counters";
import type { Planes } from "../decode/decoder";
import { decodersAtOnce, makeDecoder, settingsOf } from "../decode/factory";
import type { SegmentFetcher } from "../fetcher";
import { Grid, type FrameTable } from "../frame-table";
import type { Manifest, Rendition } from "../manifest";
import type { ObjectMatte } from "../pairing";
import { RenditionStream } from "../rendition-stream";
import type { BufferEvent, DecoderKind, ErrorCode, MaskPixels, ObjectStyle } from "../types";
import { windowAround } from "../window";

/** Bytes of a plate per pixel: luma, and two chroma planes of a quarter each. */
const PLATE = 1.5;

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
}

export class Buffers {
  private readonly grid: Grid;
  private readonly plates: RenditionStream;
  private readonly mattes = new Map<string, RenditionStream>();
  private readonly liveMasks = new Map<number, Map<string, MaskPixels>>();
  private styles: readonly ObjectStyle[] | null = null;

  constructor(
    private manifest: Manifest,
    private readonly options: BufferOptions,
  ) {
    this.grid = new Grid(manifest.grid.length, manifest.grid.frame_count);
    this.plates = this.stream(manifest.video, false);
    this.syncMattes();
  }

  /** Takes another revision over; what it did not change stays. Live masks belong to the old one. */
  setManifest(manifest: Manifest): void {
    if (manifest.revision !== this.manifest.revision) this.liveMasks.clear();
    this.manifest = manifest;
    this.plates.setRendition(manifest.video);
    this.syncMattes();
    for (const { id, matte } of manifest.objects) if (matte) this.mattes.get(id)?.setRendition(matte);
  }

  setObjects(styles: readonly ObjectStyle[]): void {
    this.styles = styles;
    this.syncMattes();
  }

  setLiveMask(frame: number, objectId: string, mask: MaskPixels | null): void {
    const { width, height } = this.manifest.video;
    if (mask && (mask.width !== width || mask.height !== height)) {
      throw new Error(`The mask is ${mask.width} x ${mask.height}, the picture ${width} x ${height}.`);
    }
    const masks = this.liveMasks.get(frame) ?? new Map<string, MaskPixels>();
    if (mask) masks.set(objectId, mask);
    else masks.delete(objectId);
    this.liveMasks.set(frame, masks);
  }

  /** Moves the window of kept frames; `bothWays` fills behind the playhead too. */
  setPlayhead(frame: number, direction: 1 | -1, bothWays: boolean): void {
    const { width, height } = this.manifest.video;
    const area = width * height;
    const capacity = Math.floor(this.options.bytes / ((PLATE + this.mattes.size) * area));
    const window = windowAround(frame, capacity, this.grid.frameCount, direction, bothWays);
    this.plates.setWindow(window);
    for (const stream of this.mattes.values()) stream.setWindow(window);
  }

  plate(frame: number): Planes | undefined {
    return this.plates.get(frame);
  }

  /** The visible objects' mattes on a frame: live masks first. */
  mattesOf(frame: number): ObjectMatte[] {
    return this.visible().map(({ id, color }) => {
      const live = this.liveMasks.get(frame)?.get(id);
      const stream = this.mattes.get(id);
      return {
        id,
        color,
        pixels: live?.data ?? stream?.get(frame)?.y ?? null,
        live: live !== undefined,
        expected: stream !== undefined,
        coming: stream?.isComing(frame) ?? false,
      };
    });
  }

  markReady(objectId: string | null, address: string): void {
    if (objectId === null) this.plates.markReady(address);
    else this.mattes.get(objectId)?.markReady(address);
  }

  retry(): void {
    for (const stream of [this.plates, ...this.mattes.values()]) stream.retry();
  }

  get ranges(): BufferEvent {
    const mattes: Record<string, readonly (readonly [number, number])[]> = {};
    for (const [id, stream] of this.mattes) mattes[id] = stream.frames;
    return { plate: this.plates.frames, mattes, bytes: this.bytes };
  }

  get bytes(): number {
    const area = this.manifest.video.width * this.manifest.video.height;
    let planes = this.plates.count * PLATE;
    for (const stream of this.mattes.values()) planes += stream.count;
    return planes * area;
  }

  close(): void {
    this.plates.close();
    for (const stream of this.mattes.values()) stream.close();
    this.mattes.clear();
  }

  private visible(): readonly { id: string; color: string }[] {
    return this.styles ? this.styles.filter((style) => style.visible) : this.manifest.objects;
  }

  /** Streams for exactly the visible objects that have a matte. */
  private syncMattes(): void {
    const shown = new Set(this.visible().map(({ id }) => id));
    const wanted = this.manifest.objects.filter(({ id, matte }) => matte && shown.has(id));
    for (const [id, stream] of this.mattes) {
      if (wanted.some((object) => object.id === id)) continue;
      stream.close();
      this.mattes.delete(id);
    }
    for (const { id, matte } of wanted) {
      if (matte && !this.mattes.has(id)) this.mattes.set(id, this.stream(matte, true));
    }
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
      makeDecoder: () => makeDecoder(decoder, settingsOf(rendition, luma)),
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
