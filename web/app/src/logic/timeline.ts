/** Where frames lie on the timeline. Each frame owns an equal slot of its width. */

import type { Range } from "./ranges";

export interface Track {
  readonly width: number;
  readonly frameCount: number;
}

/** Left edge of a frame's slot, in pixels. */
export function frameToX(track: Track, frame: number): number {
  return track.frameCount > 0 ? (frame / track.frameCount) * track.width : 0;
}

/** Middle of a frame's slot: where the playhead and a keyframe's mark stand. */
export function frameCentre(track: Track, frame: number): number {
  return frameToX(track, frame + 0.5);
}

/** The frame whose slot holds `x`; positions outside go to the first or last frame. */
export function xToFrame(track: Track, x: number): number {
  if (track.width <= 0) return 0;
  return clampFrame(Math.floor((x / track.width) * track.frameCount), track.frameCount);
}

/** Pixels within which a press goes to a keyframe's mark. */
const SNAP = 5;

/** The frame that a press means: the nearest of `keyframes` if its mark is hit, else what is there. */
export function pressedFrame(track: Track, x: number, keyframes: readonly number[]): number {
  const away = (frame: number) => Math.abs(frameCentre(track, frame) - x);
  const nearest = [...keyframes].sort((a, b) => away(a) - away(b))[0];
  return nearest !== undefined && away(nearest) <= SNAP ? nearest : xToFrame(track, x);
}

export function clampFrame(frame: number, frameCount: number): number {
  return Math.max(0, Math.min(frameCount - 1, frame));
}

/** A step in frames between ruler labels that are at least `minimum` pixels apart. */
export function rulerStep(track: Track, base: number, minimum: number): number {
  const perFrame = track.width / Math.max(1, track.frameCount);
  const steps = [1, 2, 5, 6, 10, 12, 15].filter((step) => step < base && base % step === 0);
  for (const seconds of [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]) {
    steps.push(seconds * base);
  }
  return steps.find((step) => step * perFrame >= minimum) ?? track.frameCount;
}

/** Frames at the middle of each of `n` equal tiles, for the filmstrip. */
export function tileFrames(frameCount: number, tiles: number): number[] {
  const frames = Array.from({ length: tiles }, (_, tile) =>
    clampFrame(Math.floor(((tile + 0.5) * frameCount) / tiles), frameCount),
  );
  return [...new Set(frames)];
}

/** First frame of each shot but the first: where the cuts are. */
export function cuts(shots: readonly Range[] | null): number[] {
  return (shots ?? []).slice(1).map(([start]) => start);
}

export function previousKeyframe(keyframes: readonly number[], frame: number): number | null {
  return keyframes.filter((other) => other < frame).at(-1) ?? null;
}

export function nextKeyframe(keyframes: readonly number[], frame: number): number | null {
  return keyframes.find((other) => other > frame) ?? null;
}
