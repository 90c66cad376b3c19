/** What the stage hears of the page: its size, the wheel, the Alt key. */

import { Wheel } from "../logic/wheel";
import { panBy, toPicture, type Point } from "../logic/viewport";
import type { Session } from "../state/session";
import { pictureSize, resizeStage, setViewport, zoomStage } from "./stage-view";

export function followSize(session: Session, stage: HTMLElement): () => void {
  const observer = new ResizeObserver(() => {
    resizeStage(session, { width: stage.clientWidth, height: stage.clientHeight });
  });
  observer.observe(stage);
  resizeStage(session, { width: stage.clientWidth, height: stage.clientHeight });
  return () => observer.disconnect();
}

/** Preact's wheel handlers are passive, so the page would scroll or zoom along. */
export function followWheel(session: Session, stage: HTMLElement): () => void {
  const wheel = new Wheel();
  const turn = (event: WheelEvent) => {
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    const meaning = wheel.read(event, session.tool.value === "brush");
    if (meaning.kind === "zoom") zoomStage(session, at, meaning.factor);
    else if (meaning.kind === "radius") session.toolbox.scaleRadius(meaning.factor);
    else setViewport(session, panBy(session.viewport.value, meaning.dx, meaning.dy));
  };
  stage.addEventListener("wheel", turn, { passive: false });
  return () => stage.removeEventListener("wheel", turn);
}

/** Keeps what the pointer points at right while the picture moves under it; `spot` is on the stage. */
export function followView(session: Session, spot: { readonly current: Point | null }): () => void {
  return session.viewport.subscribe((view) => {
    const { pointer } = session.toolbox;
    if (spot.current) pointer.value = toPicture(view, pictureSize(session), spot.current);
  });
}

export function followAlt(session: Session): () => void {
  const { alt } = session.toolbox;
  const read = (event: KeyboardEvent) => {
    if (event.key !== "Alt") return;
    // Otherwise a lone Alt would move the focus to the browser's menu.
    event.preventDefault();
    alt.value = event.type === "keydown";
  };
  const release = () => {
    alt.value = false;
  };
  addEventListener("keydown", read);
  addEventListener("keyup", read);
  addEventListener("blur", release);
  return () => {
    removeEventListener("keydown", read);
    removeEventListener("keyup", read);
    removeEventListener("blur", release);
  };
}
