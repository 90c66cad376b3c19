/** What the engine offers to the facade, whether it runs in a worker or on the page's thread. */

import type { FrameTableJson, Manifest } from "../manifest";
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
} from "../types";

/** The serialisable part of the player's options. `baseUrl` is absolute here. */
export interface EngineConfig {
  readonly baseUrl: string;
  readonly projectId: string;
  readonly decoder: DecoderChoice;
  readonly headers: Readonly<Record<string, string>>;
  readonly bufferBytes: number;
  readonly thread: "worker" | "main";
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

/** The engine's methods. Those that return nothing take effect before the next picture. */
export interface EngineApi {
  load(revision: number | undefined): Promise<Loaded>;
  setRevision(revision: number | undefined): Promise<Manifest>;
  setManifest(manifest: Manifest): Promise<void>;
  markReady(objectId: string | null, segment: number, address: string): void;
  play(): void;
  pause(): void;
  seek(frame: number): Promise<FrameEvent | null>;
  step(frames: number): Promise<FrameEvent | null>;
  setRate(rate: number): void;
  setView(view: View): void;
  setObjects(styles: readonly ObjectStyle[]): void;
  setViewTransform(transform: ViewTransform): void;
  setLiveMask(frame: number, objectId: string, mask: MaskPixels | null): void;
  setReadback(rect: Rect | null): void;
  setHidden(hidden: boolean): void;
  resize(width: number, height: number): void;
  readPixels(): Promise<Pixels>;
  stats(): PlayerStats;
  destroy(): void;
}

export type EngineEvents = Omit<PlayerEvents, "layout">;
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
