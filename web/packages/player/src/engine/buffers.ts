/** The decoded pictures around the playhead: a stream of plates and one of mattes per object. */

import type { Counters } from "../counters";
import { closeDecoded, DecodeError, type Decoded } from "../decode/decoder";
import { decodersAtOnce, makeDecoder, settingsOf } from "../decode/factory";
import type { SegmentFetcher } from "../fetcher";
import { Grid, type FrameTable } from "../frame-table";
import type { Manifest, Rendition } from "../manifest";
import type { ObjectMatte } from "../pairing";
import type { Plate } from "../render/textures";
import { RenditionStream, type Picture, type StreamOptions } from "../rendition-stream";
import type { BufferEvent, DecoderKind, ErrorCode, MaskPixels, ObjectStyle } from "../types";
import { windowAround } from "../window";

/** A matte in the buffer. */
interface Matte extends Picture {
  readonly pixels: Uint8Array;
}

export interface BufferHooks {
  readonly plateOf: (decoded: Decoded) => Plate;
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
  private readonly plates: RenditionStream<Plate>;
  private readonly mattes = new Map<string, RenditionStream<Matte>>();
  private readonly liveMasks = new Map<number, Map<string, MaskPixels>>();
  private styles: readonly ObjectStyle[] | null = null;

  constructor(
    private manifest: Manifest,
    private readonly options: BufferOptions,
  ) {
    this.grid = new Grid(manifest.grid.length, manifest.grid.frame_count);
    this.plates = new RenditionStream(manifest.video, {
      ...this.common(manifest.video, false),
      convert: (decoded) => {
        options.counters.decodedPlates++;
        return options.hooks.plateOf(decoded);
      },
    });
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
    const plate = this.options.decoder === "webcodecs" ? 4 * area : 1.5 * area;
    const capacity = Math.floor(this.options.bytes / (plate + this.mattes.size * area));
    const window = windowAround(frame, capacity, this.grid.frameCount, direction, bothWays);
    this.plates.setWindow(window);
    for (const stream of this.mattes.values()) stream.setWindow(window);
  }

  plate(frame: number): Plate | undefined {
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
        pixels: live?.data ?? stream?.get(frame)?.pixels ?? null,
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

  /** The textures of the plates are gone. */
  dropPlates(): void {
    this.plates.reset();
  }

  get ranges(): BufferEvent {
    const mattes: Record<string, readonly (readonly [number, number])[]> = {};
    for (const [id, stream] of this.mattes) mattes[id] = stream.frames;
    return { plate: this.plates.frames, mattes, bytes: this.bytes };
  }

  get bytes(): number {
    const area = this.manifest.video.width * this.manifest.video.height;
    const plate = this.options.decoder === "webcodecs" ? 4 * area : 1.5 * area;
    let total = this.plates.count * plate;
    for (const stream of this.mattes.values()) total += stream.count * area;
    return total;
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
      if (matte && !this.mattes.has(id)) this.mattes.set(id, this.matteStream(matte));
    }
  }

  private matteStream(rendition: Rendition): RenditionStream<Matte> {
    return new RenditionStream(rendition, {
      ...this.common(rendition, true),
      convert: (decoded) => {
        this.options.counters.decodedMattes++;
        return matteOf(decoded);
      },
    });
  }

  private common(rendition: Rendition, luma: boolean): Omit<StreamOptions<Picture>, "convert"> {
    const { table, fetcher, counters, baseUrl, decoder, hooks } = this.options;
    return {
      table,
      grid: this.grid,
      fetcher,
      counters,
      baseUrl,
      decoders: decodersAtOnce(decoder, luma),
      makeDecoder: () => makeDecoder(decoder, settingsOf(rendition, luma)),
      onChange: hooks.onChange,
      onError: hooks.onError,
      onBroken: hooks.onBroken,
    };
  }
}

function matteOf(decoded: Decoded): Matte {
  if (decoded.kind === "planes") return { pixels: decoded.planes.y, close: () => undefined };
  closeDecoded(decoded);
  throw new DecodeError("A matte was decoded without its luma plane.");
}
