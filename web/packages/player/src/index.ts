/** @mattebox/player: plays a clip with its mattes, paired by frame index. See README.md. */

export { createPlayer, type Player } from "./player";
export { fetchMask, maskOfPng } from "./mask";
export type { FrameTableJson, Manifest, ManifestObject, Rendition } from "./manifest";
export type {
  Background,
  BufferEvent,
  DecoderChoice,
  DecoderKind,
  Edge,
  ErrorCode,
  ErrorEvent,
  FrameEvent,
  MaskPixels,
  MatteState,
  ObjectStyle,
  Pixels,
  PlayerEvents,
  PlayerOptions,
  PlayerStats,
  PlayState,
  Side,
  SoundState,
  StateEvent,
  View,
  ViewTransform,
  Wipe,
} from "./types";
