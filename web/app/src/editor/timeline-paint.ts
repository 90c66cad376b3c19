/** Paints the timeline's still parts; playhead and marks are elements of their own over them. */

import type { Confidence } from "../logic/confidence";
import { WEAK } from "../logic/confidence";
import { subtract, type Range } from "../logic/ranges";
import { frameCentre, frameToX, rulerStep, type Lane, type Track } from "../logic/timeline";
import { formatDuration } from "../logic/timecode";
import type { Tile } from "./filmstrip";
import type { Sizes } from "./timeline-view";

/** What is known of one object along the clip. */
export interface LaneState {
  readonly ready: readonly Range[];
  readonly stale: readonly Range[];
  /** The shots that a keyframe reaches. */
  readonly reached: readonly Range[];
  /** Where it depends on cuts that are still looked for what a keyframe reaches. */
  readonly undecided: readonly Range[];
}

export interface Scene {
  readonly rate: readonly [number, number];
  readonly tiles: readonly Tile[];
  readonly cuts: readonly number[];
  readonly marks: { readonly in: number | null; readonly out: number | null };
  readonly lanes: readonly Lane[];
  readonly laneScroll: number;
  readonly lanesTop: number;
  readonly height: number;
  readonly states: Readonly<Record<string, LaneState>>;
  readonly selected: string | null;
  /** The span to show and the lane it is in. */
  readonly span: { readonly object: string; readonly range: Range } | null;
  readonly confidence: Confidence | null;
  /** The frames of the selected object that are worth a correction, the most gaining first. */
  readonly fixes: readonly number[];
  /** Before the first Apply nothing is stale, only not made yet. */
  readonly applied: boolean;
  readonly working: boolean;
}

export interface Colors {
  readonly ground: string;
  readonly lane: string;
  readonly line: string;
  readonly text: string;
  readonly ready: string;
  readonly working: string;
  readonly stale: string;
  readonly keyframe: string;
  readonly weak: string;
  readonly sure: string;
  readonly cut: string;
  readonly font: string;
}

type Context = CanvasRenderingContext2D;

const BAR = 8;
/** Pixels from dot to dot. */
const DOTS = 6;
/** Pixels between cuts up to which they are ticks, and from which they are drawn through all lanes. */
const CLOSE = 8;
const APART = 32;
/** Height of the mark of a frame to fix. */
const FIX = 9;
/** Below this confidence all is the same: look here. */
const LEAST = 0.6;

/** What all strokes are made with. */
interface Painting {
  readonly context: Context;
  readonly track: Track;
  readonly sizes: Sizes;
  readonly scene: Scene;
  readonly colors: Colors;
}

export function paintTimeline(painting: Painting): void {
  const { context, track, sizes, scene, colors } = painting;
  context.clearRect(0, 0, track.width, scene.height);
  context.fillStyle = colors.ground;
  context.fillRect(0, sizes.ruler, track.width, sizes.strip);
  paintRuler(painting);
  paintStrip(painting);
  context.save();
  context.beginPath();
  context.rect(0, scene.lanesTop, track.width, scene.height - scene.lanesTop);
  context.clip();
  for (const lane of scene.lanes) paintLane(painting, lane);
  context.restore();
  paintCuts(painting);
  paintOutside(painting);
}

function paintRuler({ context, track, sizes, scene, colors }: Painting): void {
  const base = Math.max(1, Math.round(scene.rate[0] / scene.rate[1]));
  const step = rulerStep(track, base, 64);
  context.fillStyle = colors.text;
  context.strokeStyle = colors.line;
  context.font = `${sizes.strip > 46 ? 11 : 10}px ${colors.font}`;
  context.textBaseline = "top";
  context.lineWidth = 1;
  const from = Math.floor(track.first / step) * step;
  const to = Math.min(track.frameCount, track.first + track.shown);
  for (let frame = Math.max(0, from); frame < to; frame += step) {
    const x = Math.round(frameToX(track, frame)) + 0.5;
    context.beginPath();
    context.moveTo(x, sizes.ruler - 6);
    context.lineTo(x, sizes.ruler - 1);
    context.stroke();
    const within = frame % base;
    const label = within === 0 ? formatDuration(frame / base) : `:${String(within).padStart(2, "0")}`;
    if (track.width - x > 30) context.fillText(label, x + 2, 2);
  }
}

/** Each picture covers its tile, cropped to the tile's shape; a wide tile repeats it. */
function paintStrip({ context, track, sizes, scene }: Painting): void {
  for (const { start, stop, picture } of scene.tiles) {
    if (!picture) continue;
    const left = Math.round(frameToX(track, start));
    const whole = Math.round(frameToX(track, stop)) - left - 1;
    const copies = Math.max(1, Math.round((whole * picture.height) / (sizes.strip * picture.width)));
    const width = whole / copies;
    const scale = Math.max(width / picture.width, sizes.strip / picture.height);
    const [w, h] = [width / scale, sizes.strip / scale];
    const [cropX, cropY] = [(picture.width - w) / 2, (picture.height - h) / 2];
    for (let copy = 0; copy < copies; copy += 1) {
      const x = left + copy * width;
      context.drawImage(picture, cropX, cropY, w, h, x, sizes.ruler, width, sizes.strip);
    }
  }
}

function paintLane({ context, track, scene, colors }: Painting, lane: Lane): void {
  const top = scene.lanesTop + lane.top - scene.laneScroll;
  if (top > scene.height || top + lane.height < scene.lanesTop) return;
  const state = scene.states[lane.id];
  const selected = lane.id === scene.selected;
  context.fillStyle = selected ? colors.lane : colors.ground;
  context.fillRect(0, top, track.width, lane.height - 1);
  if (!state) return;
  const middle = top + laneMiddle(lane, selected);
  if (scene.span?.object === lane.id) paintSpan(context, track, scene.span.range, top, lane, colors);
  if (selected && scene.confidence) {
    const floor = top + lane.height - 3;
    paintConfidence(context, track, scene.confidence, middle + BAR, floor, colors);
    paintFixes(context, track, scene.fixes, floor, colors);
  }
  context.globalAlpha = selected ? 1 : 0.7;
  const bar = (ranges: readonly Range[], color: string | CanvasPattern, height = BAR) => {
    context.fillStyle = color;
    for (const [start, stop] of ranges) {
      const x = frameToX(track, start);
      const width = Math.max(1.5, frameToX(track, stop) - x);
      if (x > track.width || x + width < 0) continue;
      context.fillRect(x, middle - height / 2, width, height);
    }
  };
  bar(subtract(state.reached, state.undecided), colors.line, 2);
  paintDots(context, track, state.undecided, middle, colors);
  if (scene.working) {
    const waiting = subtract(state.reached, [...state.ready, ...state.stale, ...state.undecided]);
    bar(waiting, stripes(context, colors.working));
  }
  bar(state.ready, colors.ready);
  bar(state.stale, stripes(context, scene.applied ? colors.stale : colors.line));
  context.globalAlpha = 1;
}

/** A dotted line: nothing is said of these frames yet. */
function paintDots(
  context: Context,
  track: Track,
  ranges: readonly Range[],
  middle: number,
  colors: Colors,
): void {
  context.fillStyle = colors.working;
  for (const [start, stop] of ranges) {
    const from = Math.max(0, Math.ceil(frameToX(track, start) / DOTS) * DOTS);
    const to = Math.min(track.width, frameToX(track, stop));
    for (let x = from; x < to; x += DOTS) context.fillRect(x, middle - 1, 2, 2);
  }
}

/** How far below a lane's top its bar and its keyframes stand. */
export function laneMiddle(lane: Lane, selected: boolean): number {
  return selected ? 13 : lane.height / 2;
}

function paintSpan(
  context: Context,
  track: Track,
  [start, stop]: Range,
  top: number,
  lane: Lane,
  colors: Colors,
): void {
  const x = frameToX(track, start);
  const width = frameToX(track, stop) - x;
  context.fillStyle = colors.keyframe;
  context.globalAlpha = 0.1;
  context.fillRect(x, top, width, lane.height - 1);
  context.globalAlpha = 0.9;
  context.fillRect(x, top, 1.5, lane.height - 1);
  context.fillRect(x + width - 1.5, top, 1.5, lane.height - 1);
  context.globalAlpha = 1;
}

/** A column for each pixel: high and warm where the mask is little to be trusted. */
function paintConfidence(
  context: Context,
  track: Track,
  confidence: Confidence,
  top: number,
  floor: number,
  colors: Colors,
): void {
  const perPixel = track.shown / track.width;
  for (let x = 0; x < track.width; x += 1) {
    const from = Math.floor(track.first + x * perPixel);
    const to = Math.max(from + 1, Math.floor(track.first + (x + 1) * perPixel));
    let least = Infinity;
    for (let frame = from; frame < to; frame += 1) least = Math.min(least, confidence[frame] ?? Infinity);
    if (least === Infinity) continue;
    const height = Math.max(1, doubt(least) * (floor - top));
    context.fillStyle = least < WEAK ? colors.weak : colors.sure;
    context.fillRect(x, floor - height, 1, height);
  }
}

/** A mark under each frame to fix: filled where a correction gains most. */
function paintFixes(
  context: Context,
  track: Track,
  fixes: readonly number[],
  floor: number,
  colors: Colors,
): void {
  context.fillStyle = context.strokeStyle = colors.weak;
  context.lineWidth = 1.5;
  for (const [place, frame] of fixes.entries()) {
    const x = frameCentre(track, frame);
    context.beginPath();
    context.moveTo(x, floor - FIX);
    context.lineTo(x + FIX * 0.6, floor);
    context.lineTo(x - FIX * 0.6, floor);
    context.closePath();
    if (place === 0) context.fill();
    else context.stroke();
  }
}

/** How high a column stands, 0..1: small doubts are drawn larger, so that they can be told apart. */
function doubt(confidence: number): number {
  return Math.min(1, (1 - confidence) / (1 - LEAST)) ** 0.7;
}

const patterns = new Map<string, CanvasPattern>();

/** Slanted stripes, so that states differ by more than their colour. */
function stripes(context: Context, color: string): CanvasPattern | string {
  const known = patterns.get(color);
  if (known) return known;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  if (!pen) return color;
  pen.globalAlpha = 0.45;
  pen.fillStyle = color;
  pen.fillRect(0, 0, 6, 6);
  pen.globalAlpha = 1;
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  for (const shift of [-6, 0, 6]) {
    pen.beginPath();
    pen.moveTo(shift - 1, 7);
    pen.lineTo(shift + 7, -1);
    pen.stroke();
  }
  const pattern = context.createPattern(tile, "repeat");
  if (!pattern) return color;
  patterns.set(color, pattern);
  return pattern;
}

function paintCuts({ context, track, sizes, scene, colors }: Painting): void {
  const places = scene.cuts.map((cut) => Math.round(frameToX(track, cut)) - 1);
  const inSight = places.filter((x) => x >= 0 && x <= track.width);
  const apart = track.width / Math.max(1, inSight.length);
  // Hundreds of lines would hide what they divide: near each other they are ticks of the ruler.
  const whole = Math.min(1, Math.max(0, (apart - CLOSE) / (APART - CLOSE)));
  context.fillStyle = colors.cut;
  for (const x of inSight) {
    context.globalAlpha = 0.8;
    context.fillRect(x, sizes.ruler - 4, 1, 4);
    if (whole === 0) continue;
    context.globalAlpha = 0.8 * whole;
    context.fillRect(x, sizes.ruler, 1, scene.height);
  }
  context.globalAlpha = 1;
}

/** What lies outside in and out is dimmed. */
function paintOutside({ context, track, sizes, scene }: Painting): void {
  const start = scene.marks.in === null ? 0 : Math.max(0, frameToX(track, scene.marks.in));
  const out = scene.marks.out;
  const stop = out === null ? track.width : Math.min(track.width, frameToX(track, out + 1));
  context.fillStyle = "rgb(0 0 0 / 62%)";
  context.fillRect(0, sizes.ruler, start, scene.height);
  context.fillRect(stop, sizes.ruler, track.width - stop, scene.height);
}
