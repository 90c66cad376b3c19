/** Zoom and pan of the stage, as commands. */

import {
  centre,
  fit,
  keepInSight,
  zoomAt,
  type Point,
  type Size,
  type Viewport,
} from "../logic/viewport";
import type { Session } from "../state/session";

const SMALLEST = 0.05;

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
  const scale = 1 / devicePixelRatio;
  setViewport(session, centre(session.stage.value, pictureSize(session), scale));
}

export function zoomStage(session: Session, at: Point, factor: number): void {
  setViewport(session, zoomAt(session.viewport.value, at, factor, SMALLEST));
}

export function resizeStage(session: Session, stage: Size): void {
  session.stage.value = stage;
  if (session.fitted.value) fitPicture(session);
}

export function holdSpace(session: Session, held: boolean): void {
  session.spaceHeld.value = held;
  session.spacePanned.value = false;
}
