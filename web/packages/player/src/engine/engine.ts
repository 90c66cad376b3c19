/**
 * The engine: decides which frame is due, asks the pairing rule whether it may be drawn, has it
 * drawn once, and tells what it did. Runs in a worker, or on the page's thread where it must.
 */

import { PlayClock } from "../clock";
import { newCounters } from "../counters";
import { chooseDecoder, settingsOf } from "../decode/factory";
import { SegmentFetcher } from "../fetcher";
import { FrameTable } from "../frame-table";
import type { Manifest } from "../manifest";
import { choose, type Choice } from "../pairing";
import { Playback } from "../playback";
import type {
  DecoderKind,
  FrameEvent,
  MaskPixels,
  ObjectStyle,
  Pixels,
  PlayerStats,
  PlayState,
  View,
  ViewTransform,
} from "../types";
import { Announcer } from "./announcer";
import type { EngineApi, EngineConfig, EngineSink, Loaded, Rect } from "./api";
import { Buffers } from "./buffers";
import { checkManifest, fetchFrameTable, fetchManifest } from "./loader";
import { Presenter, type Presentation } from "./presenter";

/** How long a sought frame waits for mattes that are about to come before its plate shows alone. */
const PATIENCE_MS = 150;

/** What is known once a clip is loaded. */
interface Clip {
  readonly table: FrameTable;
  readonly playback: Playback;
  readonly decoder: DecoderKind;
  readonly buffers: Buffers;
  manifest: Manifest;
}

export class Engine implements EngineApi {
  private readonly counters = newCounters();
  private readonly announcer: Announcer;
  private readonly fetcher: SegmentFetcher;
  private readonly presenter: Presenter | null;
  private clip: Clip | null = null;
  private target = 0;
  private targetSince = 0;
  private seeking: { readonly frame: number; readonly resolve: (event: FrameEvent | null) => void } | null = null;
  /** What was told of the picture on the canvas. */
  private drawn: FrameEvent | null = null;
  private playing = false;
  private hidden = false;
  private rate = 1;
  private styles: readonly ObjectStyle[] | null = null;
  private redraw = false;
  private scheduled = false;
  private destroyed = false;
  private manifestRequest = 0;
  private readonly noContext: string | null = null;

  constructor(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    private readonly config: EngineConfig,
    private readonly sink: EngineSink,
  ) {
    this.fetcher = new SegmentFetcher(config.headers, this.counters);
    this.announcer = new Announcer(sink, this.counters);
    try {
      this.presenter = new Presenter(canvas, {
        onLost: () => {
          this.counters.contextLosses++;
          this.announcer.error("context-lost", "The graphics context was lost; waiting for it to come back.");
        },
        onRestored: () => {
          this.invalidate();
        },
      });
    } catch (error) {
      this.presenter = null;
      this.noContext = error instanceof Error ? error.message : String(error);
    }
  }

  async load(revision: number | undefined): Promise<Loaded> {
    if (!this.presenter) {
      const message = this.noContext ?? "";
      this.announcer.error("webgl-unavailable", message, true);
      throw new Error(message);
    }
    this.announcer.playState("loading", this.target, this.rate);
    const manifest = await fetchManifest(this.config, revision);
    const table = await fetchFrameTable(this.config, manifest);
    const renditions = [
      settingsOf(manifest.video, false),
      // Mattes come later; what they will be is known from the protocol (P17).
      { ...settingsOf(manifest.video, true), range: "full" as const },
    ];
    const decoder = await chooseDecoder(this.config.decoder, renditions);
    this.clip?.buffers.close();
    this.open(manifest, new FrameTable(table), decoder);
    return { manifest, table };
  }

  async setRevision(revision: number | undefined): Promise<Manifest> {
    const request = ++this.manifestRequest;
    const manifest = await fetchManifest(this.config, revision);
    if (request === this.manifestRequest) await this.setManifest(manifest);
    return manifest;
  }

  setManifest(manifest: Manifest): Promise<void> {
    const { clip } = this;
    if (!clip) return Promise.reject(new Error("There is no clip yet; call load() first."));
    checkManifest(manifest);
    if (manifest.frame_table.hash !== clip.table.hash) {
      return Promise.reject(new Error("The manifest is of another frame table; load the clip anew."));
    }
    this.manifestRequest++;
    clip.manifest = manifest;
    clip.buffers.setManifest(manifest);
    this.sink("revision", { revision: manifest.revision, manifest });
    this.invalidate();
    return Promise.resolve();
  }

  markReady(objectId: string | null, _segment: number, address: string): void {
    this.clip?.buffers.markReady(objectId, address);
    this.schedule();
  }

  play(): void {
    const { clip } = this;
    if (!clip || this.playing) return;
    const { direction } = clip.playback;
    const last = direction === 1 ? clip.table.frameCount - 1 : 0;
    if (this.target === last) this.target = clip.table.frameCount - 1 - last;
    this.settleSeek(null);
    this.playing = true;
    clip.playback.start(this.target);
    clip.buffers.retry();
    this.invalidate();
  }

  pause(): void {
    this.playing = false;
    this.invalidate();
  }

  seek(frame: number): Promise<FrameEvent | null> {
    const { clip } = this;
    if (!clip) return Promise.reject(new Error("There is no clip yet; call load() first."));
    if (!Number.isFinite(frame)) return Promise.reject(new Error(`The frame ${frame} is not a number.`));
    this.playing = false;
    this.settleSeek(null);
    this.target = clip.table.clamp(frame);
    this.targetSince = performance.now();
    this.announcer.sought();
    clip.buffers.retry();
    const drawn = new Promise<FrameEvent | null>((resolve) => {
      this.seeking = { frame: this.target, resolve };
    });
    this.invalidate();
    return drawn;
  }

  step(frames: number): Promise<FrameEvent | null> {
    return this.seek(this.target + frames);
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.clip?.playback.setRate(rate);
    this.invalidate();
  }

  setView(view: View): void {
    if (this.presenter) this.presenter.view = view;
    this.invalidate();
  }

  setObjects(styles: readonly ObjectStyle[]): void {
    this.styles = styles;
    this.clip?.buffers.setObjects(styles);
    this.invalidate();
  }

  setViewTransform(transform: ViewTransform): void {
    if (this.presenter) this.presenter.transform = transform;
    this.invalidate();
  }

  setLiveMask(frame: number, objectId: string, mask: MaskPixels | null): void {
    this.clip?.buffers.setLiveMask(frame, objectId, mask);
    this.invalidate();
  }

  setReadback(rect: Rect | null): void {
    if (this.presenter) this.presenter.readback = rect;
  }

  setHidden(hidden: boolean): void {
    this.hidden = hidden;
    if (hidden) this.clip?.playback.hold();
    // An animation frame asked for before may not come now.
    this.scheduled = false;
    this.invalidate();
  }

  resize(width: number, height: number): void {
    this.presenter?.resize(width, height);
    this.invalidate();
  }

  readPixels(): Promise<Pixels> {
    const { presenter } = this;
    if (!presenter) return Promise.reject(new Error(this.noContext ?? ""));
    // A revision may have come since the last picture: never hand out what is out of date.
    this.tick();
    return Promise.resolve(presenter.readPixels());
  }

  stats(): PlayerStats {
    const { decodedPlates, decodedMattes, ...rest } = this.counters;
    return {
      ...rest,
      decoder: this.clip?.decoder ?? null,
      thread: this.config.thread,
      decoded: { plate: decodedPlates, matte: decodedMattes },
      bufferedBytes: this.clip?.buffers.bytes ?? 0,
    };
  }

  destroy(): void {
    this.destroyed = true;
    this.settleSeek(null);
    this.announcer.close();
    this.clip?.buffers.close();
    this.fetcher.close();
    this.presenter?.close();
  }

  private open(manifest: Manifest, table: FrameTable, decoder: DecoderKind): void {
    const playback = new Playback(table, new PlayClock(table.timescale));
    const buffers = new Buffers(manifest, {
      table,
      fetcher: this.fetcher,
      counters: this.counters,
      baseUrl: this.config.baseUrl,
      bytes: this.config.bufferBytes,
      decoder,
      hooks: {
        onChange: () => {
          this.schedule();
        },
        onError: (code, message) => {
          this.announcer.error(code, message);
        },
        onBroken: () => {
          this.fallBack(decoder);
        },
      },
    });
    this.presenter?.forget();
    this.clip = { manifest, table, playback, decoder, buffers };
    playback.setRate(this.rate);
    if (this.styles) buffers.setObjects(this.styles);
    this.target = table.clamp(this.target);
    this.targetSince = performance.now();
    if (this.playing) playback.start(this.target);
    this.sink("revision", { revision: manifest.revision, manifest });
    this.invalidate();
  }

  /** WebCodecs failed again and again: where the choice allows it, the WASM decoder takes over. */
  private fallBack(from: DecoderKind): void {
    const { clip } = this;
    if (clip?.decoder !== from || from === "wasm" || this.config.decoder !== "auto") return;
    clip.buffers.close();
    this.open(clip.manifest, clip.table, "wasm");
  }

  private invalidate(): void {
    this.redraw = true;
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.destroyed) return;
    this.scheduled = true;
    const run = () => {
      this.scheduled = false;
      if (!this.destroyed) this.tick();
    };
    // A hidden page gets no animation frames, yet seeks must still be answered.
    if (this.hidden || typeof requestAnimationFrame !== "function") setTimeout(run, 16);
    else requestAnimationFrame(run);
  }

  private tick(): void {
    const { clip } = this;
    const { presenter } = this;
    if (!clip || !presenter || presenter.isLost) return;
    const ended = this.playing && !this.hidden && this.advance(clip);
    if (ended) this.playing = false;
    clip.buffers.setPlayhead(this.target, clip.playback.direction, !this.playing);
    this.present(clip, presenter);
    this.announcer.playState(this.state(), this.target, this.rate);
    this.announcer.buffer(() => clip.buffers.ranges);
    if (ended) this.sink("ended", { frame: this.target });
    if (this.playing && !this.hidden) this.schedule();
  }

  /** Moves the target along with the clock; true at the clip's end. */
  private advance(clip: Clip): boolean {
    const due = clip.playback.advance((frame) => this.choice(clip, frame, true).kind === "draw");
    if (due.frame !== this.target) this.targetSince = performance.now();
    this.target = due.frame;
    this.counters.skipped += due.skipped;
    if (due.stalled) this.counters.stalls++;
    return due.ended;
  }

  private choice(clip: Clip, frame: number, patient: boolean): Choice {
    return choose(clip.buffers.plate(frame) !== undefined, clip.buffers.mattesOf(frame), patient);
  }

  /** Draws the target frame if the pairing rule lets it, and if that changes the picture. */
  private present(clip: Clip, presenter: Presenter): void {
    const frame = this.target;
    const { manifest } = clip;
    const { shown } = presenter;
    // A picture of an older revision does not stay on screen while the new mattes come.
    const outdated = shown !== null && shown.manifest.revision !== manifest.revision;
    const left = PATIENCE_MS - (performance.now() - this.targetSince);
    const choice = this.choice(clip, frame, left > 0 && !outdated);
    const plate = clip.buffers.plate(frame);
    if (choice.kind === "wait" || !plate) {
      if (plate) setTimeout(() => { this.schedule(); }, left + 1);
      if (this.redraw && !outdated) presenter.drawAgain();
      this.redraw = false;
      return;
    }
    const next: Presentation = { frame, manifest, plate, matte: choice.matte, layers: choice.layers };
    const changed = presenter.changes(next);
    if (changed || this.redraw) presenter.present(next);
    this.redraw = false;
    if (changed) {
      const since = this.playing ? null : performance.now() - this.targetSince;
      this.drawn = this.announcer.frame(next, clip.table, presenter.readRect(), since);
    }
    if (this.seeking?.frame === frame) this.settleSeek(this.drawn);
  }

  private settleSeek(event: FrameEvent | null): void {
    this.seeking?.resolve(event);
    this.seeking = null;
  }

  private state(): PlayState {
    if (!this.clip) return "idle";
    if (!this.playing) return "paused";
    if (this.hidden) return "hidden";
    return this.clip.playback.isWaiting ? "buffering" : "playing";
  }
}
