/** What the engine offers to the facade, whether it runs in a worker or on the page's thread. */

import type { FrameTableJson, Manifest } from "../manifest";
import type { Motion } from "../motion";
import type {
  DecoderChoice,
  FrameEvent,
  MaskPixels,
  ObjectStyle,
  Pixels,
  PlayerEvents,
  PlayerStats,
  View,
  ViewTransform,
  Wipe,
} from "../types";

/** The serialisable part of the player's options. `baseUrl` is absolute here. */
export interface EngineConfig {
  readonly baseUrl: string;
  readonly projectId: string;
  readonly decoder: DecoderChoice;
  readonly headers: Readonly<Record<string, string>>;
  readonly bufferBytes: number;
  readonly cacheBytes: number;
  readonly thread: "worker" | "main";
  /** Draw fewer lines while playing, where drawing is too slow. */
  readonly adaptive: boolean;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Loaded {
  readonly manifest: Manifest;
  readonly table: FrameTableJson;
}

/** All but what the page's thread counts itself. */
export type EngineStats = Omit<PlayerStats, "soundBytes">;

/** The engine's methods. Those that return nothing take effect before the next picture. */
export interface EngineApi {
  load(revision: number | undefined): Promise<Loaded>;
  setRevision(revision: number | undefined): Promise<Manifest>;
  setManifest(manifest: Manifest): void;
  markReady(objectId: string | null, segment: number, address: string): void;
  play(): void;
  pause(): void;
  seek(frame: number): Promise<FrameEvent | null>;
  step(frames: number): Promise<FrameEvent | null>;
  setRate(rate: number): void;
  setLoop(loop: readonly [number, number] | null): void;
  /** How long the first frame is held at each start, for the sound's way to the ear. */
  setLead(ms: number): void;
  /** Where the motion of that generation is by the sound's clock. */
  setAnchor(anchor: Omit<Motion, "rate">): void;
  setView(view: View): void;
  /** Resolves when the revision to compare with is known; rejects when there is none such. */
  setWipe(wipe: Wipe | null): Promise<void>;
  setObjects(styles: readonly ObjectStyle[]): void;
  setViewTransform(transform: ViewTransform): void;
  setLiveMask(frame: number, objectId: string, mask: MaskPixels | null): void;
  /** What an object shows on a frame: its live mask, else its matte; null where neither is there. */
  readMatte(frame: number, objectId: string): MaskPixels | null;
  setReadback(rect: Rect | null): void;
  setHidden(hidden: boolean): void;
  resize(width: number, height: number): void;
  readPixels(): Promise<Pixels>;
  stats(): EngineStats;
  destroy(): void;
}

export interface EngineEvents extends Omit<PlayerEvents, "layout" | "sound"> {
  /** Playback moves in another way from now on; null: it stands. */
  motion: Motion | null;
}
export type EngineEventName = keyof EngineEvents;

/** Gets every event of the engine. */
export type EngineSink = <K extends EngineEventName>(name: K, payload: EngineEvents[K]) => void;

export type ToEngine =
  | { readonly kind: "open"; readonly canvas: OffscreenCanvas; readonly config: EngineConfig }
  | { readonly kind: "call"; readonly id: number; readonly method: keyof EngineApi; readonly args: unknown[] };

export type FromEngine =
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly message: string }
  | { readonly kind: "event"; readonly name: EngineEventName; readonly payload: never };
