/**
 * The engine: decides which frame is due, asks the pairing rule whether it may be drawn, has it
 * drawn once, and tells what it did. Runs in a worker, or on the page's thread where it must.
 */

import { newCounters } from "../counters";
import { CONNECTIONS, SegmentFetcher } from "../fetcher";
import { FrameTable } from "../frame-table";
import type { Manifest } from "../manifest";
import { epochNow, type Motion } from "../motion";
import type {
  DecoderKind,
  FrameEvent,
  MaskPixels,
  ObjectStyle,
  Pixels,
  PlayState,
  View,
  ViewTransform,
  Wipe,
} from "../types";
import { Announcer } from "./announcer";
import type { EngineApi, EngineConfig, EngineSink, EngineStats, Loaded, Rect } from "./api";
import { Clip } from "./clip";
import { LiveMasks } from "./live-masks";
import { checkManifest, decoderFor, fetchFrameTable, fetchManifest } from "./loader";
import { Presenter, type Presentation } from "./presenter";
import { Seeking } from "./seeking";
import { Turns } from "./turns";

/** How long a sought frame waits for mattes that are about to come before its plate shows alone. */
const PATIENCE_MS = 150;

export class Engine implements EngineApi {
  private readonly counters = newCounters();
  private readonly announcer: Announcer;
  private readonly fetcher: SegmentFetcher;
  private readonly presenter: Presenter | null;
  private clip: Clip | null = null;
  private readonly seeking = new Seeking();
  private readonly turns = new Turns(() => { this.tick(); });
  /** What was told of the picture on the canvas. */
  private drawn: FrameEvent | null = null;
  private playing = false;
  private hidden = false;
  private rate = 1;
  private styles: readonly ObjectStyle[] | null = null;
  private wipe: Wipe | null = null;
  private loop: readonly [number, number] | null = null;
  private leadMs = 0;
  private redraw = false;
  private manifestRequest = 0;
  private readonly read = (revision: number) => fetchManifest(this.config, revision);
  private readonly noContext: string | null = null;

  constructor(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    private readonly config: EngineConfig,
    private readonly sink: EngineSink,
  ) {
    const limits = { connections: CONNECTIONS, cacheBytes: config.cacheBytes };
    this.fetcher = new SegmentFetcher(config.headers, this.counters, limits);
    this.announcer = new Announcer(sink, this.counters);
    try {
      const hooks = {
        onLost: () => {
          this.counters.contextLosses++;
          // What plays waits for the picture, and so does its sound.
          this.clip?.playback.hold();
          this.announcer.motion(null);
          this.announcer.error("context-lost", "The graphics context was lost; waiting for it to come back.");
          this.schedule();
        },
        onRestored: () => {
          // The picture is drawn anew, and told of anew.
          this.presenter?.forget();
          this.invalidate();
        },
      };
      this.presenter = new Presenter(canvas, hooks, config.adaptive);
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
    this.announcer.playState("loading", this.seeking.target, this.rate);
    const manifest = await fetchManifest(this.config, revision);
    const table = await fetchFrameTable(this.config, manifest);
    const decoder = await decoderFor(this.config, manifest);
    this.seeking.settle(null);
    this.clip?.close();
    this.open(manifest, new FrameTable(table), decoder);
    return { manifest, table };
  }

  async setRevision(revision: number | undefined): Promise<Manifest> {
    const request = ++this.manifestRequest;
    const manifest = await fetchManifest(this.config, revision);
    if (request === this.manifestRequest) this.setManifest(manifest);
    return manifest;
  }

  setManifest(manifest: Manifest): void {
    const { clip } = this;
    if (!clip) throw new Error("There is no clip yet; call load() first.");
    checkManifest(manifest);
    clip.setManifest(manifest);
    void clip.readDecisions(this.read);
    this.manifestRequest++;
    this.sink("revision", { revision: manifest.revision, manifest });
    this.schedule();
  }

  markReady(objectId: string | null, _segment: number, address: string): void {
    this.clip?.buffers.markReady(objectId, address);
    this.schedule();
  }

  play(): void {
    const { clip } = this;
    if (!clip || this.playing) return;
    const { playback } = clip;
    const { newest } = this.seeking;
    this.seeking.jump(playback.isLast(newest) ? playback.firstOf(newest) : newest);
    this.playing = true;
    playback.start(this.seeking.target);
    clip.buffers.retry();
    this.schedule();
  }

  pause(): void {
    this.playing = false;
    this.schedule();
  }

  seek(frame: number): Promise<FrameEvent | null> {
    const { clip } = this;
    if (!clip) return Promise.reject(new Error("There is no clip yet; call load() first."));
    if (!Number.isFinite(frame)) return Promise.reject(new Error(`The frame ${frame} is not a number.`));
    this.playing = false;
    const shown = this.seeking.seek(clip.table.clamp(frame));
    this.announcer.sought();
    clip.buffers.retry();
    this.schedule();
    return shown;
  }

  step(frames: number): Promise<FrameEvent | null> {
    return this.seek(this.seeking.newest + frames);
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.clip?.playback.setRate(rate);
    this.schedule();
  }

  setLoop(loop: readonly [number, number] | null): void {
    this.loop = loop;
    this.clip?.playback.setLoop(loop);
    this.schedule();
  }

  setLead(ms: number): void {
    this.leadMs = ms;
    this.clip?.playback.setLead(ms);
  }

  setAnchor(anchor: Omit<Motion, "rate">): void {
    this.clip?.playback.correct(anchor);
  }

  setView(view: View): void {
    if (this.presenter) this.presenter.view = view;
    this.invalidate();
  }

  async setWipe(wipe: Wipe | null): Promise<void> {
    this.wipe = wipe;
    if (this.presenter) this.presenter.wipe = wipe;
    this.invalidate();
    await this.compare();
  }

  setObjects(styles: readonly ObjectStyle[]): void {
    this.styles = styles;
    this.clip?.setObjects(styles);
    this.presenter?.setObjects(styles);
    this.invalidate();
  }

  setViewTransform(transform: ViewTransform): void {
    if (this.presenter) this.presenter.transform = transform;
    this.invalidate();
  }

  setLiveMask(frame: number, objectId: string, mask: MaskPixels | null): void {
    this.clip?.buffers.setLiveMask(frame, objectId, mask);
    // A picture at rest answers the hand at once, not with the screen's next turn.
    if (this.playing) this.invalidate();
    else this.tick();
  }

  readMatte(frame: number, objectId: string): MaskPixels | null {
    return this.clip?.buffers.readMatte(frame, objectId) ?? null;
  }

  setReadback(rect: Rect | null): void {
    if (this.presenter) this.presenter.readback = rect;
  }

  setHidden(hidden: boolean): void {
    this.hidden = hidden;
    if (hidden) this.clip?.playback.hold();
    this.redraw = true;
    this.turns.setHidden(hidden);
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

  stats(): EngineStats {
    const { decodedPlates, decodedMattes, ...rest } = this.counters;
    return {
      ...rest,
      decoder: this.clip?.decoder ?? null,
      drawScale: this.presenter?.drawScale ?? 1,
      thread: this.config.thread,
      decoded: { plate: decodedPlates, matte: decodedMattes },
      bufferedBytes: this.clip?.buffers.bytes ?? 0,
    };
  }

  destroy(): void {
    this.turns.close();
    this.seeking.settle(null);
    this.announcer.close();
    this.clip?.close();
    this.fetcher.close();
    this.presenter?.close();
  }

  private open(manifest: Manifest, table: FrameTable, decoder: DecoderKind, liveMasks = new LiveMasks()): void {
    const clip = new Clip({
      manifest,
      table,
      decoder,
      fetcher: this.fetcher,
      counters: this.counters,
      baseUrl: this.config.baseUrl,
      bytes: this.config.bufferBytes,
      hooks: {
        onChange: () => { this.schedule(); },
        onError: (code, message) => { this.announcer.error(code, message); },
        onBroken: () => { this.fallBack(decoder); },
      },
      liveMasks,
    });
    this.presenter?.forget();
    this.clip = clip;
    clip.playback.setRate(this.rate);
    clip.playback.setLoop(this.loop);
    clip.playback.setLead(this.leadMs);
    if (this.styles) clip.setObjects(this.styles);
    this.seeking.renew((frame) => table.clamp(frame));
    if (this.playing) clip.playback.start(this.seeking.target);
    this.sink("revision", { revision: manifest.revision, manifest });
    this.compare().catch((error: unknown) => {
      this.announcer.error("manifest", error instanceof Error ? error.message : String(error));
    });
    this.schedule();
  }

  /** Has the clip compare with the revision that the wipe names. */
  private async compare(): Promise<void> {
    const wanted = typeof this.wipe?.against === "number" ? this.wipe.against : null;
    await this.clip?.compareWith(wanted, this.read);
  }

  /** WebCodecs failed again and again: where the choice allows it, the WASM decoder takes over. */
  private fallBack(from: DecoderKind): void {
    const { clip } = this;
    if (clip?.decoder !== from || from === "wasm" || this.config.decoder !== "auto") return;
    clip.close();
    this.open(clip.manifest, clip.table, "wasm", clip.buffers.liveMasks);
  }

  /** The same picture must be drawn anew: it is seen in another way from now on. */
  private invalidate(): void {
    this.redraw = true;
    this.schedule();
  }

  private schedule(): void {
    this.turns.ask();
  }

  private tick(): void {
    const { clip } = this;
    const { presenter } = this;
    if (!clip || !presenter) return;
    if (presenter.isLost) {
      this.announcer.playState(this.state(), this.seeking.target, this.rate);
      return;
    }
    const moves = this.playing && !this.hidden;
    const ended = moves && this.advance(clip);
    if (ended) this.playing = false;
    if (!this.playing) {
      const { buffers } = clip;
      if (!this.seeking.isBusy) presenter.rest();
      this.seeking.advance((frame) => clip.isDrawable(frame), (frame) => buffers.isFetched(frame));
    }
    const { target } = this.seeking;
    const passing = !this.playing && this.seeking.isDragging;
    const { direction } = clip.playback;
    clip.buffers.setPlayhead({ frame: target, direction, bothWays: !this.playing, passing });
    const turnIn = this.playing ? null : this.seeking.turnIn;
    if (turnIn !== null) setTimeout(() => { this.schedule(); }, turnIn);
    this.present(clip, presenter);
    this.announcer.playState(this.state(), target, this.rate);
    this.announcer.motion(this.playing && !this.hidden ? clip.playback.motion : null);
    this.announcer.buffer(() => clip.buffers.ranges);
    if (ended) this.sink("ended", { frame: target });
    if (this.playing && !this.hidden) this.schedule();
  }

  /** Moves the target along with the clock; true at the clip's end. */
  private advance(clip: Clip): boolean {
    const { playback } = clip;
    const due = playback.advance((frame) => clip.isDrawable(frame));
    if (due.frame !== this.seeking.target) this.presenter?.pace("playback", due.skipped);
    this.seeking.follow(due.frame);
    this.counters.skipped += due.skipped;
    if (due.stalled) this.counters.stalls++;
    if (!due.ended || !playback.loops) return due.ended;
    playback.start(playback.firstOf(due.frame));
    return false;
  }

  /** Draws the target frame if the pairing rule lets it, and if that changes the picture. */
  private present(clip: Clip, presenter: Presenter): void {
    const frame = this.seeking.target;
    const { manifest, compared } = clip;
    const { shown } = presenter;
    // A picture of older revisions does not stay on screen while the new mattes come.
    const outdated =
      shown !== null &&
      (shown.manifest.revision !== manifest.revision || (shown.against?.revision ?? null) !== compared);
    const left = PATIENCE_MS - this.seeking.age;
    const sides = clip.sides(frame, left > 0 && !outdated);
    const plate = clip.buffers.plate(frame);
    if (sides.kind === "wait" || !plate) {
      if (plate) setTimeout(() => { this.schedule(); }, left + 1);
      if (this.redraw && !outdated) presenter.drawAgain();
      this.redraw = false;
      return;
    }
    const { matte, layers } = sides.right;
    const against = sides.left && compared !== null ? { revision: compared, ...sides.left } : null;
    const next: Presentation = { frame, manifest, plate, matte, layers, against };
    const changed = presenter.changes(next);
    const isDrag = !this.playing && this.seeking.isBusy;
    if (changed && isDrag) presenter.pace("drag", this.seeking.takeOvertaken());
    if (changed || this.redraw) presenter.present(next);
    this.redraw = false;
    if (changed) {
      const since = this.playing ? null : this.seeking.age;
      // Reading pixels back takes its time: the picture was drawn before.
      const drawn = { at: epochNow(), pixels: presenter.readRect() };
      this.drawn = this.announcer.frame(next, clip.table, drawn, since);
    }
    if (this.seeking.shown(this.drawn)) this.schedule();
  }

  private state(): PlayState {
    if (!this.clip) return "idle";
    if (!this.playing) return "paused";
    if (this.hidden) return "hidden";
    return this.clip.playback.isWaiting ? "buffering" : "playing";
  }
}
