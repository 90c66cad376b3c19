/**
 * One rendition around the playhead: fetches its segments, decodes them, and keeps the pictures of
 * a window of frames. Pictures are keyed by frame and segment address, so a new revision drops
 * exactly what it changed.
 */

import { Arrival } from "./arrival";
import { Blocked } from "./blocked";
import type { Counters } from "./counters";
import type { Decoded, Planes, SegmentDecoder } from "./decode/decoder";
import { AbandonedError, FetchError, type SegmentFetcher } from "./fetcher";
import { rangesOf, type FrameTable, type Grid } from "./frame-table";
import { IdentityError } from "./identity";
import { UNDECIDED, type Rendition } from "./manifest";
import { Signal } from "./signal";
import { SingleMatte, type Single } from "./single-matte";
import { Standstill } from "./standstill";
import type { ErrorCode, MaskPixels } from "./types";
import { wantedOrder, type Window } from "./window";

/** Segments fetched beyond the window, so that the network has time. */
const PREFETCH = 3;
const RETRY_MS = 4000;
/** Stands for the address of a segment that is not this stream's to fetch; no server's is like it. */
export const ELSEWHERE = "elsewhere";
/** Decoder failures in a row on one segment after which it is left alone for a while. */
const PATIENCE = 3;

export interface StreamOptions {
  readonly table: FrameTable;
  readonly grid: Grid;
  readonly fetcher: SegmentFetcher;
  readonly counters: Counters;
  readonly baseUrl: string;
  /** Decoders at work side by side, on different segments. */
  readonly decoders: number;
  readonly makeDecoder: () => SegmentDecoder;
  /** A picture was put into the buffer. */
  readonly onPicture: () => void;
  /** The outlook of some frame changed: it failed. */
  readonly onChange: () => void;
  readonly onError: (code: ErrorCode, message: string) => void;
  /** The decoder failed for good on this rendition. */
  readonly onBroken: () => void;
}

interface Slot {
  decoder: SegmentDecoder | null;
  segment: number | null;
  /** Frame that the decoder returns next. */
  position: number;
  failures: number;
}

export class RenditionStream {
  private readonly pictures = new Map<number, { readonly address: string; readonly planes: Planes }>();
  private readonly slots: Slot[];
  private readonly signal = new Signal();
  private readonly ready = new Set<string>();
  private readonly blocked = new Blocked();
  private readonly single: SingleMatte;
  private readonly standstill = new Standstill(() => { this.signal.notify(); });
  private rendition: Rendition;
  private window: Window | null = null;
  private closed = false;
  private readonly stopListening: () => void;

  constructor(
    rendition: Rendition,
    private readonly options: StreamOptions,
  ) {
    this.rendition = rendition;
    this.noteReady(rendition);
    this.single = new SingleMatte(options.fetcher, (single, matte) => {
      this.takeSingle(single, matte);
    });
    this.slots = Array.from({ length: options.decoders }, () => ({
      decoder: null,
      segment: null,
      position: 0,
      failures: 0,
    }));
    // An arrival may make another segment the better one to work on.
    this.stopListening = options.fetcher.onArrival(() => {
      this.signal.notify();
    });
    for (const slot of this.slots) void this.run(slot);
  }

  /** The frame's picture of the current revision, or undefined. */
  get(frame: number): Planes | undefined {
    const entry = this.pictures.get(frame);
    return entry?.address === this.addressOf(frame) ? entry?.planes : undefined;
  }

  /** Whether the frame's segment answers without new work on the server. */
  isComing(frame: number): boolean {
    const address = this.addressOf(frame);
    if (address === undefined || this.blocked.has(address)) return false;
    return this.ready.has(address) || this.options.fetcher.has(this.segmentUrl(address));
  }

  /** Whether the bytes of the frame's segment are here. */
  isFetched(frame: number): boolean {
    const address = this.addressOf(frame);
    return address !== undefined && this.options.fetcher.has(this.segmentUrl(address));
  }

  get frames(): readonly (readonly [number, number])[] {
    return rangesOf([...this.pictures.keys()].sort((a, b) => a - b));
  }

  get count(): number {
    return this.pictures.size;
  }

  /** Takes a revision's rendition over; pictures whose address changed are dropped. */
  setRendition(rendition: Rendition): void {
    this.rendition = rendition;
    this.noteReady(rendition);
    for (const [frame, entry] of this.pictures) {
      if (entry.address !== this.addressOf(frame)) this.pictures.delete(frame);
    }
    this.blocked.clear();
    this.standstill.clear();
    this.declare();
    this.signal.notify();
  }

  setWindow(window: Window): void {
    this.window = window;
    this.trim(window);
    this.declare();
    this.signal.notify();
  }

  markReady(address: string): void {
    this.ready.add(address);
    // Left out of what is wanted while it was blocked, it would be abandoned with others' next wishes.
    if (this.blocked.delete(address)) this.declare();
    this.signal.notify();
  }

  /** Tries again at once what the network had failed. */
  retry(): void {
    this.blocked.forgive();
    this.declare();
    this.signal.notify();
  }

  close(): void {
    this.closed = true;
    this.stopListening();
    this.options.fetcher.setWanted(this, []);
    this.single.want(null);
    this.pictures.clear();
    for (const slot of this.slots) slot.decoder?.close();
    this.signal.notify();
  }

  private addressOf(frame: number): string | undefined {
    return this.address(this.options.grid.segmentOf(frame));
  }

  private address(segment: number): string | undefined {
    const address = this.rendition.addresses[segment];
    return address === ELSEWHERE || address === UNDECIDED ? undefined : address;
  }

  private segmentUrl(address: string): string {
    const path = this.rendition.template.replace("{address}", address);
    return new URL(path, this.options.baseUrl).href;
  }

  /** How many of a segment's bytes are here. */
  private bytesOf(address: string): number {
    return this.options.fetcher.soFar(this.segmentUrl(address))?.length ?? 0;
  }

  private initUrl(): string {
    return new URL(this.rendition.init, this.options.baseUrl).href;
  }

  private noteReady(rendition: Rendition): void {
    for (const [start, stop] of rendition.ready) {
      for (const address of rendition.addresses.slice(start, stop)) this.ready.add(address);
    }
  }

  /** Tells the fetcher which segments the window needs, the playhead's first. */
  private declare(): void {
    const { window } = this;
    if (!window) return;
    const { grid, fetcher } = this.options;
    // First, since it takes less work of the server's than its segment.
    this.single.want(this.singleOf(window));
    const segments = new Set<number>();
    for (const frame of wantedOrder(window)) segments.add(grid.segmentOf(frame));
    const edge = grid.segmentOf(window.direction === 1 ? window.to - 1 : window.from);
    for (let i = 1; i <= PREFETCH && !window.passing; i++) segments.add(edge + i * window.direction);
    const urls = [...segments].flatMap((segment) => {
      const address = this.address(segment);
      return address === undefined || this.blocked.has(address) ? [] : [this.segmentUrl(address)];
    });
    const [first, ...rest] = urls;
    fetcher.setWanted(this, first === undefined ? [] : [first, this.initUrl(), ...rest]);
  }

  /** The playhead's frame, where it rests on one that comes later in a segment that is not made. */
  private singleOf({ playhead, bothWays, passing }: Window): Single | null {
    const { grid, fetcher, baseUrl } = this.options;
    const { frame_template: template } = this.rendition;
    const segment = grid.segmentOf(playhead);
    const address = this.address(segment);
    const rests = bothWays && !passing;
    if (!template || address === undefined || !rests || playhead === grid.cell(segment)[0]) return null;
    const isMade = this.ready.has(address) || fetcher.has(this.segmentUrl(address));
    if (isMade || this.get(playhead) !== undefined) return null;
    const path = template.replace("{address}", address).replace("{frame}", String(playhead));
    return { frame: playhead, address, url: new URL(path, baseUrl).href };
  }

  /**
   * The segment this slot should work on: that of the most urgent frame nobody works on. One of which
   * bytes are here goes before one of which the server may not have made anything, or nothing more.
   */
  private choose(slot: Slot): number | null {
    if (!this.window) return null;
    const others = this.slots.filter((other) => other !== slot);
    const taken = new Set(others.map((other) => other.segment));
    let awaited: number | null = null;
    for (const frame of wantedOrder(this.window)) {
      const segment = this.options.grid.segmentOf(frame);
      if (taken.has(segment) || this.get(frame) !== undefined) continue;
      // Each segment is looked at once, for its most urgent frame.
      taken.add(segment);
      const address = this.address(segment);
      if (address === undefined || this.blocked.has(address)) continue;
      const bytes = this.bytesOf(address);
      if (bytes > 0 && !this.standstill.holds(address, bytes, frame)) return segment;
      awaited ??= segment;
    }
    return awaited;
  }

  /** What a slot in the middle of a segment does next. */
  private course(slot: Slot, segment: number, address: string): "decode" | "park" | "leave" {
    if (this.closed || this.address(segment) !== address || !this.window) return "leave";
    const [, stop] = this.options.grid.cell(segment);
    const chosen = this.choose(slot);
    if (chosen === null) return "park";
    if (chosen !== segment) return "leave";
    for (const frame of wantedOrder(this.window)) {
      if (this.options.grid.segmentOf(frame) !== segment || this.get(frame) !== undefined) continue;
      // The most urgent missing frame decides: behind the decoder means starting over.
      return frame >= slot.position && frame < stop ? "decode" : "leave";
    }
    return "park";
  }

  private async run(slot: Slot): Promise<void> {
    while (!this.closed) {
      const segment = this.choose(slot);
      const address = segment === null ? undefined : this.address(segment);
      if (segment === null || address === undefined) {
        await this.signal.wait();
        continue;
      }
      slot.segment = segment;
      try {
        await this.decodeSegment(slot, segment, address);
        slot.failures = 0;
      } catch (error) {
        this.recover(slot, address, error);
      } finally {
        slot.segment = null;
      }
    }
  }

  private async decodeSegment(slot: Slot, segment: number, address: string): Promise<void> {
    const { fetcher, table, grid } = this.options;
    const [start, stop] = grid.cell(segment);
    slot.position = start;
    const expected = { segment, grid, table };
    const arrival = new Arrival(fetcher, expected, this.segmentUrl(address), this.initUrl(), () => {
      this.signal.notify();
    });
    let given = 0;
    let next: Promise<Decoded | null> | null = null;
    while (slot.position < stop) {
      const course = this.course(slot, segment, address);
      if (course === "leave") return;
      const { samples } = arrival;
      if (arrival.isComplete) this.ready.add(address);
      const isDone = slot.position === start + samples.length;
      if (isDone && given > 0) this.standstill.watch(address, this.bytesOf(address), slot.position);
      if (course === "park" || isDone) {
        await this.signal.wait();
        continue;
      }
      slot.decoder ??= this.options.makeDecoder();
      if (given === 0) slot.decoder.start(start, stop - start);
      slot.decoder.give(samples.slice(given));
      given = samples.length;
      next ??= slot.decoder.next();
      // A decoder may hold a picture back until it gets more, or there may be better to do meanwhile.
      const decoded = await Promise.race([next, this.signal.wait()]);
      if (decoded === undefined) continue;
      next = null;
      if (!decoded) return;
      slot.position = decoded.frame + 1;
      this.take(decoded, address);
    }
  }

  private take(decoded: Decoded, address: string): void {
    const { frame } = decoded;
    const wanted = this.window && frame >= this.window.from && frame < this.window.to;
    if (this.closed || !wanted || this.addressOf(frame) !== address || this.get(frame) !== undefined) {
      this.options.counters.discarded++;
      return;
    }
    this.keep(frame, address, decoded.planes);
    // It may have been asked for by itself, too.
    if (frame === this.window?.playhead) this.declare();
  }

  private takeSingle({ frame, address }: Single, { width, height, data }: MaskPixels): void {
    const fits = width === this.rendition.width && height === this.rendition.height;
    if (fits && this.addressOf(frame) === address && this.get(frame) === undefined) {
      this.keep(frame, address, { width, height, luma: data, chroma: null });
    }
  }

  private keep(frame: number, address: string, planes: Planes): void {
    this.pictures.set(frame, { address, planes });
    if (this.window) this.trim(this.window);
    this.options.onPicture();
  }

  /**
   * Pictures outside the window stay while there is room, since a hand on the timeline comes back:
   * the farthest from the playhead go first.
   */
  private trim({ from, to, playhead }: Window): void {
    const surplus = this.pictures.size - (to - from);
    if (surplus <= 0) return;
    const outside = [...this.pictures.keys()].filter((frame) => frame < from || frame >= to);
    outside.sort((a, b) => Math.abs(b - playhead) - Math.abs(a - playhead));
    for (const frame of outside.slice(0, surplus)) this.pictures.delete(frame);
  }

  private recover(slot: Slot, address: string, error: unknown): void {
    if (error instanceof AbandonedError || this.closed) return;
    const { options } = this;
    const message = messageOf(error);
    if (error instanceof FetchError) {
      this.block(address, RETRY_MS);
      options.onError("network", message);
    } else if (error instanceof IdentityError) {
      this.block(address, Infinity);
      options.onError("frame-identity", message);
    } else {
      slot.decoder?.close();
      slot.decoder = null;
      options.counters.decoderRestarts++;
      slot.failures++;
      if (slot.failures < PATIENCE) return;
      slot.failures = 0;
      this.block(address, RETRY_MS);
      options.onError("decode", message);
      options.onBroken();
    }
    options.onChange();
  }

  private block(address: string, forMs: number): void {
    this.blocked.add(address, forMs);
    if (forMs === Infinity) return;
    setTimeout(() => {
      if (this.closed) return;
      this.declare();
      this.signal.notify();
    }, forMs + 10);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
