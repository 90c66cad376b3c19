/** Zoom and pan of the stage, as commands. */

import {
  centre,
  fit,
  keepInSight,
  nextZoom,
  panBy,
  toPicture,
  toStage,
  zoomAt,
  type Point,
  type Size,
  type Viewport,
} from "../logic/viewport";
import type { Session } from "../state/session";

export const SMALLEST_SCALE = 0.05;
/** How near to the stage's edge the crosshair may come before the picture moves along. */
const MARGIN = 24;

export function pictureSize(session: Session): Size {
  const clip = session.project.value?.clip;
  return { width: clip?.width ?? 16, height: clip?.height ?? 9 };
}

/** Moves the view; `fitted` keeps the whole picture in sight when the stage changes its size. */
export function setViewport(session: Session, view: Viewport, fitted = false): void {
  session.fitted.value = fitted;
  session.viewport.value = keepInSight(view, session.stage.value, pictureSize(session));
}

export function fitPicture(session: Session): void {
  setViewport(session, fit(session.stage.value, pictureSize(session)), true);
}

/** One picture pixel on one screen pixel. */
export function showActualSize(session: Session): void {
  setZoom(session, 1);
}

/** Screen (device) pixels per picture pixel. */
export const zoomOf = (session: Session): number => session.viewport.value.scale * devicePixelRatio;

/** Zooms to so many screen pixels per picture pixel, about the middle of the stage. */
export function setZoom(session: Session, zoom: number): void {
  const { stage, viewport } = session;
  const whole = pictureSize(session);
  if (session.fitted.value) {
    setViewport(session, centre(stage.value, whole, zoom / devicePixelRatio));
    return;
  }
  const middle = { x: stage.value.width / 2, y: stage.value.height / 2 };
  zoomStage(session, middle, zoom / devicePixelRatio / viewport.value.scale);
}

/** One step in or out. */
export function stepZoom(session: Session, direction: 1 | -1): void {
  setZoom(session, nextZoom(zoomOf(session), direction));
}

/** Moves the picture by fractions of itself. */
export function panPicture(session: Session, dx: number, dy: number): void {
  const { width, height } = pictureSize(session);
  const { scale } = session.viewport.value;
  setViewport(session, panBy(session.viewport.value, dx * width * scale, dy * height * scale));
}

/** Moves the picture so far that a place of it (0..1) is within the stage. */
export function bringIntoSight(session: Session, place: Point): void {
  const { stage, viewport } = session;
  const at = toStage(viewport.value, pictureSize(session), place);
  const dx = inward(at.x, stage.value.width);
  const dy = inward(at.y, stage.value.height);
  if (dx !== 0 || dy !== 0) setViewport(session, panBy(viewport.value, dx, dy));
}

function inward(at: number, size: number): number {
  if (at < MARGIN) return MARGIN - at;
  return at > size - MARGIN ? size - MARGIN - at : 0;
}

/** The place of the picture in the middle of the stage, or the picture's own middle. */
export function middleInSight(session: Session): Point {
  const { width, height } = session.stage.value;
  const at = toPicture(session.viewport.value, pictureSize(session), { x: width / 2, y: height / 2 });
  const within = (value: number) => Math.min(1, Math.max(0, value));
  return { x: within(at.x), y: within(at.y) };
}

export function zoomStage(session: Session, at: Point, factor: number): void {
  setViewport(session, zoomAt(session.viewport.value, at, factor, SMALLEST_SCALE));
}

export function resizeStage(session: Session, stage: Size): void {
  session.stage.value = stage;
  if (session.fitted.value) fitPicture(session);
}

export function holdSpace(session: Session, held: boolean): void {
  session.spaceHeld.value = held;
  session.spacePanned.value = false;
}
