/** What both decoders have in common: a segment's samples in, its pictures out, one by one. */

import type { Sample } from "../fmp4";

/** 8-bit 4:2:0 planes without padding. `u` and `v` are null where only luma was asked for. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array | null;
  readonly v: Uint8Array | null;
}

/** A decoded picture and its frame index. */
export interface Decoded {
  readonly frame: number;
  readonly planes: Planes;
}

export interface DecoderSettings {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly matrix: "bt709" | "bt601";
  readonly range: "limited" | "full";
  /** Deliver the Y plane only, as planes: for mattes. */
  readonly luma: boolean;
}

/** Decodes one segment at a time; segments are independent of each other. */
export interface SegmentDecoder {
  /** Begins a segment; pictures of an unfinished one are dropped. */
  start(samples: readonly Sample[], firstFrame: number): void;
  /**
   * The next picture in order, null after the last.
   *
   * @throws DecodeError when the decoder broke or was taken away; make a new one then.
   */
  next(): Promise<Decoded | null>;
  close(): void;
}

export class DecodeError extends Error {}
