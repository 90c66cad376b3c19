/** Zoom and pan of the picture within the stage, in CSS pixels. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The picture's top left corner within the stage and its scale (CSS pixels per picture pixel). */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const MAX_SCALE = 64;

/** Screen pixels per picture pixel from which a grid parts them; the player shows squares from 4. */
export const GRID_FROM = 8;

/** The zooms that + and - step through, in screen (device) pixels per picture pixel. */
const STEPS = [0.125, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

/** The whole picture, as large as the stage allows with `margin` around it, in the middle. */
export function fit(stage: Size, picture: Size, margin = 16): Viewport {
  const room = {
    width: Math.max(1, stage.width - 2 * margin),
    height: Math.max(1, stage.height - 2 * margin),
  };
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  return centre(stage, picture, scale);
}

/** How far above the stage's bottom a note stands so that the picture's edge does not cut it. */
export function noteBottom(stage: Size, picture: Size, view: Viewport, gap = 12): number {
  const below = stage.height - view.y - picture.height * view.scale;
  return Math.max(gap, Math.min(stage.height / 2, below + gap));
}

export function centre(stage: Size, picture: Size, scale: number): Viewport {
  return {
    x: (stage.width - picture.width * scale) / 2,
    y: (stage.height - picture.height * scale) / 2,
    scale,
  };
}

/** Zooms by `factor` so that the picture point under `at` stays where it is. */
export function zoomAt(view: Viewport, at: Point, factor: number, minimum: number): Viewport {
  const scale = Math.min(MAX_SCALE, Math.max(minimum, view.scale * factor));
  const ratio = scale / view.scale;
  return { x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio, scale };
}

/** The next zoom step in a direction. */
export function nextZoom(zoom: number, direction: 1 | -1): number {
  // A hair's breadth of tolerance, for a zoom that is at a step already.
  const found =
    direction > 0
      ? STEPS.find((step) => step > zoom * 1.001)
      : STEPS.findLast((step) => step < zoom * 0.999);
  return found ?? zoom;
}

export function panBy(view: Viewport, dx: number, dy: number): Viewport {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

/** Keeps at least `keep` pixels of the picture within the stage. */
export function keepInSight(view: Viewport, stage: Size, picture: Size, keep = 64): Viewport {
  const width = picture.width * view.scale;
  const height = picture.height * view.scale;
  return {
    ...view,
    x: Math.min(stage.width - keep, Math.max(keep - width, view.x)),
    y: Math.min(stage.height - keep, Math.max(keep - height, view.y)),
  };
}

/** A stage point as fractions of the picture; outside 0..1 where it is off the picture. */
export function toPicture(view: Viewport, picture: Size, at: Point): Point {
  return {
    x: (at.x - view.x) / (picture.width * view.scale),
    y: (at.y - view.y) / (picture.height * view.scale),
  };
}

export function toStage(view: Viewport, picture: Size, at: Point): Point {
  return {
    x: view.x + at.x * picture.width * view.scale,
    y: view.y + at.y * picture.height * view.scale,
  };
}

export function isOnPicture(at: Point): boolean {
  return at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1;
}
