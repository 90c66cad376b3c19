/** The player's public types: options, views, events. No type here depends on the DOM's media API. */

import type { Manifest } from "./manifest";

/** `auto` takes WebCodecs where it decodes the renditions, else the WASM codec. */
export type DecoderChoice = "auto" | "webcodecs" | "wasm";

/** Which decoder is at work. */
export type DecoderKind = "webcodecs" | "wasm";

export interface PlayerOptions {
  /** The canvas to draw on. The player owns it from now on; it cannot get another context. */
  readonly canvas: HTMLCanvasElement;
  /** Origin and path before `/api/v1`; default: the page's own origin. */
  readonly baseUrl?: string;
  readonly projectId: string;
  readonly decoder?: DecoderChoice;
  /** Sent with each request, e.g. an access token. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The clip has a sound track, which shall be played. Default false. */
  readonly sound?: boolean;
  /** `worker` draws in a worker where the browser can; `main` never does. Default `worker`. */
  readonly thread?: "worker" | "main";
  /** Upper bound for decoded pictures in bytes, default 256 MiB: 116 frames of 720p with one matte. */
  readonly bufferBytes?: number;
  /** Upper bound for fetched segments that are not needed at the moment, default 48 MiB. */
  readonly cacheBytes?: number;
  /**
   * Keep the drawing buffer at the canvas's displayed size in device pixels, or below it while
   * playing and dragging, where drawing is too slow: so its style has to give it a size. Default true.
   */
  readonly autoResize?: boolean;
}

/** What lies behind the object in the cutout view. */
export type Background =
  | { readonly kind: "checkerboard" }
  | { readonly kind: "color"; /** `#rrggbb` */ readonly color: string };

/** How plate and mattes become a picture. */
export type View =
  | { readonly kind: "original" }
  | {
      readonly kind: "overlay";
      /** Of the tint, 0..1, default 0.5. */
      readonly opacity?: number;
      /** Draw a line along the matte's edge. Default false. */
      readonly outline?: boolean;
    }
  | { readonly kind: "cutout"; /** Default: checkerboard. */ readonly background?: Background }
  | { readonly kind: "matte" };

/**
 * A line through the picture with something else left of it: the original, or the same view with
 * the mattes of another revision (its number). `position` is 0..1 of the picture's width, so the
 * line stays on its point of the picture under zoom and pan; `toCanvas(position, 0)` is where it is.
 */
export interface Wipe {
  readonly position: number;
  readonly against: "original" | number;
}

/** Zoom 1 fits the whole picture; `centerX/Y` (0..1) is the picture's point mid canvas. */
export interface ViewTransform {
  readonly zoom: number;
  readonly centerX: number;
  readonly centerY: number;
}

/**
 * How a matte is composited, as the export does it too (docs/decisions/edges.md). Lengths are in
 * pixels of the rendition's picture. Neutral are 0, 1, 0, 0, 0 and 0.
 */
export interface Edge {
  /** Shares, 0..1: what is at most black becomes 0, what is at least white becomes 1. */
  readonly clip_black: number;
  readonly clip_white: number;
  /** How far the contour is evened out. */
  readonly smooth: number;
  /** How far the edge moves outwards, or inwards below 0. */
  readonly grow: number;
  /** How far the edge fades to both sides. */
  readonly feather: number;
  /** Share of the background's colours that is taken out of the edge; the cutout shows it. */
  readonly despill: number;
}

/** An object as it shall be drawn. */
export interface ObjectStyle {
  readonly id: string;
  /** `#rrggbb`, the tint of the overlay. */
  readonly color: string;
  readonly visible: boolean;
  /** Default: neutral. */
  readonly edge?: Edge;
}

/** 8-bit mask, rows top down, 0 background .. 255 object. */
export interface MaskPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * What the presented picture's mattes are:
 * `paired`: every visible object's matte of this very frame and the current revision;
 * `pending`: at least one is still being made or fetched; only what is there is drawn;
 * `none`: no visible object has a matte or live mask (revision 0, or all hidden).
 */
export type MatteState = "paired" | "pending" | "none";

/**
 * `none`: the clip has no sound; `off`: it is muted, or the browser does not let it be heard, as
 * before the first gesture; `on`: it sounds when the clip plays.
 */
export type SoundState = "none" | "off" | "on";

/** `buffering`: wants to play, waits for a picture. `hidden`: will go on when the page is seen. */
export type PlayState = "idle" | "loading" | "paused" | "playing" | "buffering" | "hidden";

/** The mattes of one revision on a picture. */
export interface Side {
  readonly revision: number;
  readonly matte: MatteState;
}

export interface FrameEvent {
  /** Index of the presented plate, and of its mattes. */
  readonly frame: number;
  /** When it was drawn, on the page's `performance.now`; the screen shows it with its next refresh. */
  readonly drawnAt: number;
  /** Its presentation time in seconds. */
  readonly time: number;
  readonly revision: number;
  readonly matte: MatteState;
  /** Objects whose matte on this picture is a live mask. */
  readonly live: readonly string[];
  /** What is left of the wipe, when that is another revision. */
  readonly against: Side | null;
  /** RGBA of the rectangle asked for by `setReadback`, rows top down. */
  readonly pixels?: Uint8Array;
}

export interface StateEvent {
  readonly state: PlayState;
  /** The frame that is shown or sought. */
  readonly frame: number;
  readonly rate: number;
}

/** Frame ranges that can be presented at once, and segment ranges fetched. */
export interface BufferEvent {
  readonly plate: readonly (readonly [number, number])[];
  readonly mattes: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly bytes: number;
}

export type ErrorCode =
  | "network"
  | "manifest"
  | "frame-identity"
  | "decode"
  | "webgl-unavailable"
  | "context-lost"
  | "internal";

/** `fatal`: the player cannot go on; otherwise it tries again by itself or on the next seek. */
export interface ErrorEvent {
  readonly code: ErrorCode;
  /** One sentence that can be shown. */
  readonly message: string;
  readonly fatal: boolean;
}

export interface PlayerEvents {
  /** A picture was drawn because frame, matte or revision changed (not for a mere redraw). */
  frame: FrameEvent;
  state: StateEvent;
  /** The current frame's mattes became pending (true) or complete (false). */
  pending: { readonly frame: number; readonly pending: boolean };
  buffer: BufferEvent;
  error: ErrorEvent;
  /** Playback reached the last frame (or the first, backwards) and paused there. */
  ended: { readonly frame: number };
  /** A manifest took effect. */
  revision: { readonly revision: number; readonly manifest: Manifest };
  /** The drawing buffer's size or the transform changed: overlays must be placed anew. */
  layout: { readonly width: number; readonly height: number };
  /** Whether there is sound, and whether it can be heard. */
  sound: { readonly sound: SoundState; readonly muted: boolean; readonly volume: number };
}

export interface PlayerStats {
  readonly decoder: DecoderKind | null;
  /** Part of the drawing buffer's lines and columns that is drawn at present; less than 1 only while playing or dragging. */
  readonly drawScale: number;
  /** Where drawing happens. */
  readonly thread: "worker" | "main";
  /** Pictures presented: paired, and plates alone. */
  readonly presented: number;
  readonly presentedPending: number;
  /** Frames of the table passed over while playing, because the display is slower. */
  readonly skipped: number;
  /** Times playback had to wait for a picture. */
  readonly stalls: number;
  readonly decoded: { readonly plate: number; readonly matte: number };
  /** Decoded pictures thrown away unseen (after seeks). */
  readonly discarded: number;
  readonly bufferedBytes: number;
  /** Decoded sound in bytes. */
  readonly soundBytes: number;
  /** The platform's pictures that are open at this moment; a few at most. */
  readonly openPictures: number;
  readonly fetches: number;
  readonly fetchedBytes: number;
  readonly retries: number;
  readonly aborts: number;
  readonly decoderRestarts: number;
  readonly contextLosses: number;
  /** Milliseconds from the last seek to its first picture, and to its paired picture. */
  readonly seekToPlateMs: number | null;
  readonly seekToPairMs: number | null;
}

/** The composited drawing buffer. */
export interface Pixels {
  /** Index of the frame that is drawn in it. */
  readonly frame: number;
  readonly revision: number;
  readonly matte: MatteState;
  readonly width: number;
  readonly height: number;
  /** RGBA, rows top down. */
  readonly data: Uint8Array;
}
