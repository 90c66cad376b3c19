/** Paints the timeline's still parts; the playhead is an element of its own over them. */

import type { Range } from "../logic/ranges";
import { subtract } from "../logic/ranges";
import { frameCentre, frameToX, rulerStep, type Track } from "../logic/timeline";
import { formatDuration } from "../logic/timecode";

export const RULER_HEIGHT = 18;
export const STRIP_HEIGHT = 44;
const LANE_HEIGHT = 22;
const STRIP_TOP = RULER_HEIGHT;
/** Top of the lane that the keyframes stand in. */
export const LANE_TOP = RULER_HEIGHT + STRIP_HEIGHT;
export const TIMELINE_HEIGHT = LANE_TOP + LANE_HEIGHT;

export interface Tile {
  readonly x: number;
  readonly width: number;
  readonly picture: ImageBitmap | null;
}

export interface Scene {
  readonly rate: readonly [number, number];
  readonly keyframes: readonly number[];
  readonly ready: readonly Range[];
  readonly stale: readonly Range[];
  /** Before the first Apply nothing is stale, only not made yet. */
  readonly applied: boolean;
  readonly working: boolean;
  readonly cuts: readonly number[];
  readonly marks: { readonly in: number | null; readonly out: number | null };
  readonly tiles: readonly Tile[];
}

export interface Colors {
  readonly ground: string;
  readonly line: string;
  readonly text: string;
  readonly ready: string;
  readonly working: string;
  readonly stale: string;
  readonly keyframe: string;
  readonly cut: string;
  readonly font: string;
}

type Context = CanvasRenderingContext2D;

export function paintTimeline(context: Context, track: Track, scene: Scene, colors: Colors): void {
  context.clearRect(0, 0, track.width, TIMELINE_HEIGHT);
  context.fillStyle = colors.ground;
  context.fillRect(0, STRIP_TOP, track.width, STRIP_HEIGHT + LANE_HEIGHT);
  paintRuler(context, track, scene, colors);
  paintStrip(context, scene);
  paintLane(context, track, scene, colors);
  paintCuts(context, track, scene, colors);
  paintMarks(context, track, scene, colors);
  paintKeyframes(context, track, scene, colors);
}

function paintRuler(context: Context, track: Track, scene: Scene, colors: Colors): void {
  const base = Math.max(1, Math.round(scene.rate[0] / scene.rate[1]));
  const step = rulerStep(track, base, 56);
  context.fillStyle = colors.text;
  context.strokeStyle = colors.line;
  context.font = `10px ${colors.font}`;
  context.textBaseline = "middle";
  context.lineWidth = 1;
  for (let frame = 0; frame < track.frameCount; frame += step) {
    const x = Math.round(frameToX(track, frame)) + 0.5;
    context.beginPath();
    context.moveTo(x, RULER_HEIGHT - 5);
    context.lineTo(x, RULER_HEIGHT);
    context.stroke();
    const within = frame % base;
    const label = within === 0 ? formatDuration(frame / base) : `:${String(within).padStart(2, "0")}`;
    const room = track.width - x;
    if (room > 30) context.fillText(label, x + 4, RULER_HEIGHT / 2);
  }
}

function paintStrip(context: Context, scene: Scene): void {
  for (const tile of scene.tiles) {
    if (tile.picture) {
      context.drawImage(tile.picture, tile.x, STRIP_TOP, tile.width - 1, STRIP_HEIGHT);
    }
  }
}

function paintLane(context: Context, track: Track, scene: Scene, colors: Colors): void {
  const top = LANE_TOP + 8;
  const fill = (ranges: readonly Range[], color: string) => {
    context.fillStyle = color;
    for (const [start, stop] of ranges) {
      const x = frameToX(track, start);
      context.fillRect(x, top, Math.max(1, frameToX(track, stop) - x), 6);
    }
  };
  if (scene.working) {
    const whole: Range[] = [[0, track.frameCount]];
    context.globalAlpha = 0.35;
    fill(subtract(whole, [...scene.ready, ...scene.stale]), colors.working);
    context.globalAlpha = 1;
  }
  fill(scene.ready, colors.ready);
  fill(scene.stale, scene.applied ? colors.stale : colors.line);
}

function paintCuts(context: Context, track: Track, scene: Scene, colors: Colors): void {
  context.fillStyle = colors.cut;
  for (const cut of scene.cuts) {
    context.fillRect(Math.round(frameToX(track, cut)) - 1, STRIP_TOP, 1, STRIP_HEIGHT + LANE_HEIGHT);
  }
}

function paintMarks(context: Context, track: Track, scene: Scene, colors: Colors): void {
  const start = scene.marks.in === null ? 0 : frameToX(track, scene.marks.in);
  const stop = scene.marks.out === null ? track.width : frameToX(track, scene.marks.out + 1);
  context.fillStyle = "rgb(0 0 0 / 60%)";
  context.fillRect(0, STRIP_TOP, start, STRIP_HEIGHT);
  context.fillRect(stop, STRIP_TOP, track.width - stop, STRIP_HEIGHT);
  context.fillStyle = colors.cut;
  if (scene.marks.in !== null) paintBracket(context, start, 1);
  if (scene.marks.out !== null) paintBracket(context, stop, -1);
}

function paintBracket(context: Context, x: number, direction: 1 | -1): void {
  const left = direction > 0 ? x : x - 2;
  context.fillRect(left, STRIP_TOP, 2, STRIP_HEIGHT);
  context.fillRect(direction > 0 ? x : x - 7, STRIP_TOP, 7, 2);
  context.fillRect(direction > 0 ? x : x - 7, STRIP_TOP + STRIP_HEIGHT - 2, 7, 2);
}

function paintKeyframes(context: Context, track: Track, scene: Scene, colors: Colors): void {
  const y = LANE_TOP + 11;
  context.fillStyle = colors.keyframe;
  context.strokeStyle = colors.ground;
  context.lineWidth = 2;
  for (const keyframe of scene.keyframes) {
    const x = Math.min(track.width - 7, Math.max(7, frameCentre(track, keyframe)));
    context.beginPath();
    context.moveTo(x, y - 6);
    context.lineTo(x + 6, y);
    context.lineTo(x, y + 6);
    context.lineTo(x - 6, y);
    context.closePath();
    context.stroke();
    context.fill();
  }
}
