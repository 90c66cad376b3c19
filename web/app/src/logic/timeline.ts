/** Where frames lie on the timeline. Each frame owns an equal slot; zoomed in, some are in sight. */

import type { Range } from "./ranges";

/** The part of the clip that is in sight: `shown` frames from `first` on, both with fractions. */
export interface TimeWindow {
  readonly first: number;
  readonly shown: number;
}

export interface Track extends TimeWindow {
  readonly width: number;
  readonly frameCount: number;
}

/** Closest zoom: a frame is this many pixels wide at most. */
const WIDEST_FRAME = 48;

export function wholeClip(frameCount: number): TimeWindow {
  return { first: 0, shown: Math.max(1, frameCount) };
}

/** Left edge of a frame's slot, in pixels. */
export function frameToX(track: Track, frame: number): number {
  return ((frame - track.first) / track.shown) * track.width;
}

/** Middle of a frame's slot: where the playhead and a keyframe's mark stand. */
export function frameCentre(track: Track, frame: number): number {
  return frameToX(track, frame + 0.5);
}

/**
 * From where to where the marks at `places`, from left to right, are hit: `size` pixels within the track,
 * but no farther than halfway to their neighbours, so that the nearest one is meant.
 */
export function hitRanges(places: readonly number[], size: number, width: number): Range[] {
  return places.map((x, index) => {
    const from = Math.max(0, Math.min(width - size, x - size / 2));
    const before = places[index - 1] ?? -Infinity;
    const after = places[index + 1] ?? Infinity;
    return [Math.max(from, (before + x) / 2), Math.min(from + size, (x + after) / 2)];
  });
}

/** The frame whose slot holds `x`; positions outside go to the first or last frame. */
export function xToFrame(track: Track, x: number): number {
  if (track.width <= 0) return 0;
  return clampFrame(Math.floor(track.first + (x / track.width) * track.shown), track.frameCount);
}

/** Where playing begins at a frame: beyond the end of the loop, which it would never meet, at its start. */
export function playFrom(
  frame: number,
  loop: readonly [number, number] | null,
  direction: 1 | -1,
): number {
  if (!loop) return frame;
  const [start, stop] = loop;
  if (direction === 1) return frame >= stop ? start : frame;
  return frame < start ? stop - 1 : frame;
}

export function clampFrame(frame: number, frameCount: number): number {
  return Math.max(0, Math.min(frameCount - 1, frame));
}

/** Zooms by `factor` (above 1: closer) so that what lies under `x` stays there. */
export function zoomTrack(track: Track, factor: number, x: number): TimeWindow {
  const closest = Math.min(track.frameCount, Math.max(1, track.width / WIDEST_FRAME));
  const shown = Math.min(track.frameCount, Math.max(closest, track.shown / factor));
  const part = track.width > 0 ? x / track.width : 0.5;
  return within({ first: track.first + part * (track.shown - shown), shown }, track.frameCount);
}

export function panTrack(track: Track, pixels: number): TimeWindow {
  const first = track.first + (pixels / Math.max(1, track.width)) * track.shown;
  return within({ first, shown: track.shown }, track.frameCount);
}

/** Turns a page when `frame` is out of sight, else leaves the window as it is. */
export function keepFrameInSight(window: TimeWindow, frame: number, frameCount: number): TimeWindow {
  const { first, shown } = window;
  if (frame >= Math.floor(first) && frame + 1 <= Math.ceil(first + shown)) return window;
  const lead = frame < first && frame > first - shown ? 0.9 : 0.1;
  return within({ first: frame - lead * shown, shown }, frameCount);
}

function within(window: TimeWindow, frameCount: number): TimeWindow {
  const shown = Math.min(window.shown, frameCount);
  return { first: Math.min(frameCount - shown, Math.max(0, window.first)), shown };
}

/** A step in frames between ruler labels that are at least `minimum` pixels apart. */
export function rulerStep(track: Track, base: number, minimum: number): number {
  const perFrame = track.width / Math.max(1, track.shown);
  const steps = [1, 2, 5, 6, 10, 12, 15].filter((step) => step < base && base % step === 0);
  for (const seconds of [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]) {
    steps.push(seconds * base);
  }
  return steps.find((step) => step * perFrame >= minimum) ?? track.frameCount;
}

/** A picture of the filmstrip: which frame it shows, and the slots that it covers. */
export interface TileSpan {
  readonly frame: number;
  readonly start: number;
  readonly stop: number;
}

/**
 * The filmstrip's tiles in sight, each about `minimum` pixels wide or more. They lie on a grid that
 * doubles with each zoom, so that most pictures serve several zooms.
 */
export function tileSpans(track: Track, minimum: number): TileSpan[] {
  const perFrame = track.width / Math.max(1, track.shown);
  if (perFrame <= 0) return [];
  let step = 1;
  while (step * perFrame < minimum && step < track.frameCount) step *= 2;
  const from = Math.floor(Math.max(0, track.first) / step);
  const to = Math.ceil(Math.min(track.frameCount, track.first + track.shown) / step);
  return Array.from({ length: Math.max(0, to - from) }, (_, tile) => {
    const start = (from + tile) * step;
    const stop = Math.min(start + step, track.frameCount);
    return { frame: Math.floor((start + stop - 1) / 2), start, stop };
  });
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

/** A keyframe at most so many frames away always counts, */
const ALWAYS = 480;
/** and one that is not so many times as far away as the other one. */
const FARTHER = 3;

/** What the reach of a keyframe depends on. */
export interface Reaching {
  readonly frame: number;
  readonly absent: boolean;
}

/**
 * A keyframe's reach: the frames that a change of its mask can change. It ends before the
 * neighbouring keyframes, whose masks stay as they are, at the ends of its shot, and where a
 * neighbour is so much nearer that this one does not count, unless one of the two says that the object
 * is absent. From there on it is, up to the next keyframe, whatever that shows.
 */
export function spanOf(
  keyframe: Reaching,
  keyframes: readonly Reaching[],
  shots: readonly Range[] | null,
  frameCount: number,
): Range {
  const { frame, absent } = keyframe;
  const [start, stop] = shots?.find(([first, end]) => frame >= first && frame < end) ?? [0, frameCount];
  const inShot = keyframes.filter((other) => other.frame >= start && other.frame < stop);
  const ordered = inShot.sort((a, b) => a.frame - b.frame);
  const left = ordered.findLast((other) => other.frame < frame);
  const right = ordered.find((other) => other.frame > frame);
  const from = left && (absent ? left.frame + 1 : Math.max(left.frame + 1, shared(left.frame, frame)[0]));
  const to = right && (absent || right.absent ? right.frame : shared(frame, right.frame)[1]);
  return [left?.absent ? frame : (from ?? start), to ?? stop];
}

/** The frames between two keyframes to which both count. */
function shared(left: number, right: number): Range {
  const start = Math.min(right - ALWAYS, Math.ceil((right + FARTHER * left) / (1 + FARTHER)));
  const stop = Math.max(left + ALWAYS + 1, Math.floor((left + FARTHER * right) / (1 + FARTHER)) + 1);
  return [Math.max(start, left), Math.min(stop, right)];
}

/** The frames that any keyframe reaches: each shot that has one. */
export function reached(
  keyframes: readonly number[],
  shots: readonly Range[] | null,
  frameCount: number,
): Range[] {
  const all: readonly Range[] = shots ?? [[0, frameCount]];
  return all.filter(([start, stop]) => keyframes.some((frame) => frame >= start && frame < stop));
}

/** One object's lane: where it lies below the top of all lanes. */
export interface Lane {
  readonly id: string;
  readonly top: number;
  readonly height: number;
}

export function layOutLanes(
  objects: readonly string[],
  selected: string | null,
  height: number,
  selectedHeight: number,
): Lane[] {
  let top = 0;
  return objects.map((id) => {
    const lane = { id, top, height: id === selected ? selectedHeight : height };
    top += lane.height;
    return lane;
  });
}
