/** What both decoders have in common: a segment's samples in, its pictures out, one by one. */

import type { Sample } from "../fmp4";

/** An 8-bit 4:2:0 picture without padding. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly luma: Uint8Array;
  /** U and V in turn, as one texture holds them; null where only luma was asked for. */
  readonly chroma: Uint8Array | null;
}

/** Turns a plane of U with one of V behind it into pairs, where they are. */
export function interleave(chroma: Uint8Array): void {
  const planar = chroma.slice();
  const half = planar.length / 2;
  for (let i = 0; i < half; i++) {
    chroma[2 * i] = planar[i] ?? 0;
    chroma[2 * i + 1] = planar[half + i] ?? 0;
  }
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
  /** Begins a segment of `count` pictures; those of an unfinished one are dropped. */
  start(firstFrame: number, count: number): void;
  /** Hands over the segment's next samples, in order, as they come in. */
  give(samples: readonly Sample[]): void;
  /**
   * The next picture in order; null after the last, and where another segment was begun meanwhile.
   *
   * @throws DecodeError when the decoder broke or was taken away; make a new one then.
   */
  next(): Promise<Decoded | null>;
  close(): void;
}

export class DecodeError extends Error {}
