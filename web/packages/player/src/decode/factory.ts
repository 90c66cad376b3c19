/** Chooses a decoder and makes decoders of that kind. */

import type { Counters } from "../counters";
import type { Rendition } from "../manifest";
import type { DecoderChoice, DecoderKind } from "../types";
import type { DecoderSettings, SegmentDecoder } from "./decoder";
import { WasmDecoder, wasmDecodes } from "./wasm";
import { WebCodecsDecoder, webCodecsDecodes } from "./webcodecs";

export function settingsOf(rendition: Rendition, luma: boolean): DecoderSettings {
  const { codec, width, height, range } = rendition;
  return { codec, width, height, range, matrix: rendition.matrix ?? "bt709", luma };
}

/**
 * The decoder for these renditions.
 *
 * @throws Error with one sentence when the choice cannot be met in this browser.
 */
export async function chooseDecoder(
  choice: DecoderChoice,
  renditions: readonly DecoderSettings[],
): Promise<DecoderKind> {
  if (choice !== "wasm" && (await webCodecsDecodes(renditions))) return "webcodecs";
  if (choice !== "webcodecs" && renditions.every(wasmDecodes)) return "wasm";
  const codecs = renditions.map((rendition) => rendition.codec).join(", ");
  throw new Error(
    choice === "webcodecs"
      ? `This browser does not decode ${codecs} with WebCodecs; use the WASM decoder.`
      : `This browser decodes ${codecs} neither with WebCodecs nor with WebAssembly; use a newer one.`,
  );
}

export function makeDecoder(kind: DecoderKind, settings: DecoderSettings, counters: Counters): SegmentDecoder {
  return kind === "webcodecs" ? new WebCodecsDecoder(settings, counters) : new WasmDecoder(settings);
}

/** Decoders that work side by side on one rendition: WASM has one core each, WebCodecs threads. */
export function decodersAtOnce(kind: DecoderKind, luma: boolean): number {
  if (kind === "webcodecs" || luma) return 1;
  return Math.max(1, Math.min(3, navigator.hardwareConcurrency - 1));
}
