/**
 * The player's face on the page's thread: owns the canvas element and its size, forwards calls to
 * the engine and its events to listeners. No pictures pass through here.
 */

import { Emitter } from "./emitter";
import type { EngineConfig, EngineEventName, EngineEvents, EngineSink, Rect } from "./engine/api";
import { localBridge, workerBridge, type Bridge } from "./engine/bridge";
import { FIT, place, toCanvas, toPicture, type Size } from "./layout";
import type { FrameTableJson, Manifest } from "./manifest";
import { maskOfBitmap } from "./mask";
import { Sound } from "./sound/sound";
import type {
  FrameEvent,
  MaskPixels,
  ObjectStyle,
  Pixels,
  PlayerEvents,
  PlayerOptions,
  PlayerStats,
  PlayState,
  SoundState,
  View,
  ViewTransform,
  Wipe,
} from "./types";

const BUFFER_BYTES = 256 * 2 ** 20;
const CACHE_BYTES = 48 * 2 ** 20;

/** Makes a player on a canvas. Nothing is fetched before `load`. */
export function createPlayer(options: PlayerOptions): Player {
  return new Player(options);
}

/** See {@link createPlayer}; README.md lists the methods by purpose. */
export class Player {
  private readonly canvas: HTMLCanvasElement;
  private readonly emitter = new Emitter<PlayerEvents>();
  private readonly bridge: Bridge;
  private readonly voice: Sound | null;
  private readonly cleanups: (() => void)[] = [];
  private table: FrameTableJson | null = null;
  private currentManifest: Manifest | null = null;
  private currentFrame = 0;
  private currentState: PlayState = "idle";
  private currentRate = 1;
  private transform: ViewTransform = FIT;
  private size: Size;

  constructor(options: PlayerOptions) {
    this.canvas = options.canvas;
    this.size = { width: options.canvas.width, height: options.canvas.height };
    this.bridge = this.open(options);
    this.voice = options.sound ? this.openSound(options) : null;
    if (options.autoResize ?? true) this.followSize();
    this.followVisibility();
  }

  /** Index of the frame that is shown or sought. */
  get frame(): number {
    return this.currentFrame;
  }

  get state(): PlayState {
    return this.currentState;
  }

  get rate(): number {
    return this.currentRate;
  }

  /** 0 before `load`. */
  get frameCount(): number {
    return this.table?.frame_count ?? 0;
  }

  /** Seconds; 0 before `load`. */
  get duration(): number {
    return this.table ? this.table.end_tick / this.table.timescale : 0;
  }

  get manifest(): Manifest | null {
    return this.currentManifest;
  }

  /** Presentation time of a frame in seconds, from the frame table. */
  frameTime(frame: number): number {
    const ticks = this.table?.ticks[frame];
    return this.table && ticks !== undefined ? ticks / this.table.timescale : 0;
  }

  /** Listens; returns a function that stops listening. */
  on<K extends keyof PlayerEvents>(name: K, listener: (payload: PlayerEvents[K]) => void): () => void {
    return this.emitter.on(name, listener);
  }

  /** Reads manifest and frame table and shows the current frame. Rejects with one sentence. */
  async load(revision?: number): Promise<Manifest> {
    const { manifest, table } = await this.bridge.call("load", revision);
    this.table = table;
    this.currentManifest = manifest;
    this.emitLayout();
    void this.voice?.load();
    return manifest;
  }

  /** Goes to a revision (default: the newest); what did not change stays decoded. */
  setRevision(revision?: number): Promise<Manifest> {
    return this.bridge.call("setRevision", revision);
  }

  setManifest(manifest: Manifest): Promise<void> {
    return this.bridge.call("setManifest", manifest);
  }

  /** Tells that a segment became ready (the `segment` server-sent event). */
  markReady(objectId: string | null, segment: number, address: string): void {
    this.send(this.bridge.call("markReady", objectId, segment, address));
  }

  /** Call it in a user's gesture, or the browser lets the clip play without sound only. */
  play(): void {
    this.voice?.unlock();
    this.send(this.bridge.call("play"));
  }

  pause(): void {
    this.voice?.setMotion(null);
    this.send(this.bridge.call("pause"));
  }

  /** Pauses on a frame (clamped to the clip); resolves when it is drawn, null if overtaken. */
  seek(frame: number): Promise<FrameEvent | null> {
    this.voice?.setMotion(null);
    return this.bridge.call("seek", frame);
  }

  /** Pauses `frames` further (or back) from the frame that is shown or sought. */
  step(frames: number): Promise<FrameEvent | null> {
    this.voice?.setMotion(null);
    return this.bridge.call("step", frames);
  }

  /** 1 is real time; negative plays backwards. */
  setRate(rate: number): void {
    if (!Number.isFinite(rate) || rate === 0) {
      throw new RangeError(`The rate ${rate} is not a number other than 0; pause() stops playback.`);
    }
    this.currentRate = rate;
    this.send(this.bridge.call("setRate", rate));
  }

  /**
   * Plays these frames (half-open) again and again, once playback is among them; null ends that.
   *
   * @throws RangeError when the range is empty.
   */
  setLoop(frames: readonly [number, number] | null): void {
    if (frames && !(frames[0] < frames[1])) throw new RangeError("The loop holds no frame.");
    this.send(this.bridge.call("setLoop", frames));
  }

  /** `none` without a track; see {@link SoundState}. */
  get sound(): SoundState {
    return this.voice?.state ?? "none";
  }

  get muted(): boolean {
    return this.voice?.muted ?? false;
  }

  /** 0..1 */
  get volume(): number {
    return this.voice?.volume ?? 1;
  }

  setMuted(muted: boolean): void {
    this.voice?.setMuted(muted);
    this.emitSound();
  }

  /** @param volume 0..1, beyond that clamped */
  setVolume(volume: number): void {
    this.voice?.setVolume(volume);
    this.emitSound();
  }

  setView(view: View): void {
    this.send(this.bridge.call("setView", view));
  }

  /**
   * Shows the original, or the mattes of another revision, left of a line; null ends that. Moving
   * the line costs nothing. Rejects with one sentence when there is no such revision.
   */
  setWipe(wipe: Wipe | null): Promise<void> {
    return this.bridge.call("setWipe", wipe);
  }

  setObjects(styles: readonly ObjectStyle[]): void {
    this.send(this.bridge.call("setObjects", styles));
  }

  setViewTransform(transform: ViewTransform): void {
    this.transform = transform;
    this.send(this.bridge.call("setViewTransform", transform));
    this.emitLayout();
  }

  get viewTransform(): ViewTransform {
    return this.transform;
  }

  /** Shows `mask` instead of the object's matte on this very frame, until the revision changes. */
  setLiveMask(frame: number, objectId: string, mask: MaskPixels | ImageBitmap | null): void {
    const pixels = mask && !("data" in mask) ? maskOfBitmap(mask) : mask;
    this.send(this.bridge.call("setLiveMask", frame, objectId, pixels));
  }

  /** What a visible object shows on a frame that is decoded: its live mask or matte, or null. */
  readMatte(frame: number, objectId: string): Promise<MaskPixels | null> {
    return this.bridge.call("readMatte", frame, objectId);
  }

  /** From now on `frame` events carry the RGBA of this rectangle of the drawing buffer. */
  setReadback(rect: Rect | null): void {
    this.send(this.bridge.call("setReadback", rect));
  }

  /** Sets the drawing buffer's size in device pixels, with `autoResize: false`. */
  resize(width: number, height: number): void {
    this.size = { width, height };
    this.send(this.bridge.call("resize", width, height));
    this.emitLayout();
  }

  /** The picture's point (0..1; outside the picture beyond) under a mouse event. */
  toPicture(clientX: number, clientY: number): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    const picture = this.pictureSize();
    const placement = place(box, picture, this.transform);
    const [x, y] = toPicture(placement, picture, clientX - box.left, clientY - box.top);
    return { x, y };
  }

  /** Where a picture's point (0..1) lies, in CSS pixels from the canvas's top left corner. */
  toCanvas(x: number, y: number): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    const picture = this.pictureSize();
    const [left, top] = toCanvas(place(box, picture, this.transform), picture, x, y);
    return { x: left, y: top };
  }

  /** The composited drawing buffer and the index of the frame in it. */
  readPixels(): Promise<Pixels> {
    return this.bridge.call("readPixels");
  }

  async stats(): Promise<PlayerStats> {
    return { ...(await this.bridge.call("stats")), soundBytes: this.voice?.bytes ?? 0 };
  }

  /** Stops and frees everything; the canvas keeps its last picture. */
  destroy(): void {
    for (const cleanup of this.cleanups.splice(0)) cleanup();
    this.voice?.close();
    this.emitter.clear();
    this.bridge.close();
  }

  private open(options: PlayerOptions): Bridge {
    const offscreen =
      (options.thread ?? "worker") === "worker" &&
      typeof Worker === "function" &&
      "transferControlToOffscreen" in options.canvas;
    const config: EngineConfig = {
      baseUrl: new URL(options.baseUrl ?? "/", document.baseURI).href,
      projectId: options.projectId,
      decoder: options.decoder ?? "auto",
      headers: options.headers ?? {},
      bufferBytes: options.bufferBytes ?? BUFFER_BYTES,
      cacheBytes: options.cacheBytes ?? CACHE_BYTES,
      thread: offscreen ? "worker" : "main",
      adaptive: options.autoResize ?? true,
    };
    const sink: EngineSink = (name, payload) => {
      this.receive(name, payload);
    };
    if (!offscreen) return localBridge(options.canvas, config, sink);
    return workerBridge(options.canvas.transferControlToOffscreen(), config, sink, (message) => {
      this.emitter.emit("error", { code: "internal", message, fatal: true });
    });
  }

  private openSound({ baseUrl, projectId, headers }: PlayerOptions): Sound {
    const path = `api/v1/projects/${encodeURIComponent(projectId)}/sound`;
    return new Sound({
      address: new URL(path, new URL(baseUrl ?? "/", document.baseURI)).href,
      headers: headers ?? {},
      onAnchor: (anchor) => {
        this.send(this.bridge.call("setAnchor", anchor));
      },
      onLead: (ms) => {
        this.send(this.bridge.call("setLead", ms));
      },
      onState: () => {
        this.emitSound();
      },
      onError: (message) => {
        this.emitter.emit("error", { code: "network", message, fatal: false });
      },
    });
  }

  private receive<K extends EngineEventName>(name: K, payload: EngineEvents[K]): void {
    const event = { name, payload } as EngineEvent;
    switch (event.name) {
      case "motion":
        this.voice?.setMotion(event.payload);
        return;
      case "frame":
        this.currentFrame = event.payload.frame;
        this.voice?.prepare(event.payload.time);
        // The engine's clock counts from another origin.
        this.emitter.emit("frame", { ...event.payload, drawnAt: event.payload.drawnAt - performance.timeOrigin });
        return;
      case "state":
        this.currentState = event.payload.state;
        this.currentFrame = event.payload.frame;
        this.currentRate = event.payload.rate;
        break;
      case "revision":
        this.currentManifest = event.payload.manifest;
    }
    this.emitter.emit(event.name, event.payload);
  }

  private emitSound(): void {
    this.emitter.emit("sound", { sound: this.sound, muted: this.muted, volume: this.volume });
  }

  private send(call: Promise<unknown>): void {
    call.catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.emitter.emit("error", { code: "internal", message, fatal: false });
    });
  }

  private followSize(): void {
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const exact = devicePixelBox(entry);
      const ratio = globalThis.devicePixelRatio || 1;
      const width = exact?.inlineSize ?? Math.round(entry.contentRect.width * ratio);
      const height = exact?.blockSize ?? Math.round(entry.contentRect.height * ratio);
      if (width > 0 && height > 0) this.resize(width, height);
    });
    // The content box stays as it is when the page comes to a screen with other pixels.
    const exact = "devicePixelContentBoxSize" in ResizeObserverEntry.prototype;
    observer.observe(this.canvas, { box: exact ? "device-pixel-content-box" : "content-box" });
    this.cleanups.push(() => {
      observer.disconnect();
    });
  }

  private followVisibility(): void {
    const tell = () => {
      this.send(this.bridge.call("setHidden", document.hidden));
    };
    document.addEventListener("visibilitychange", tell);
    this.cleanups.push(() => {
      document.removeEventListener("visibilitychange", tell);
    });
    if (document.hidden) tell();
  }

  private pictureSize(): Size {
    return this.currentManifest?.video ?? this.size;
  }

  private emitLayout(): void {
    this.emitter.emit("layout", this.size);
  }
}

/** The canvas's size in device pixels, exact where the browser tells it (Safari does not). */
function devicePixelBox(entry: ResizeObserverEntry): ResizeObserverSize | undefined {
  const boxes = entry.devicePixelContentBoxSize as readonly ResizeObserverSize[] | undefined;
  return boxes?.[0];
}

type EngineEvent = { [K in EngineEventName]: { readonly name: K; readonly payload: EngineEvents[K] } }[EngineEventName];
