/**
 * The crosshair: the stage's tools without a pointer. Arrow keys move it, Enter or Space clicks; with
 * the tools that draw, the first press begins and the second ends.
 */

import { useEffect } from "preact/hooks";
import { toStage, type Point } from "../logic/viewport";
import type { Session } from "../state/session";
import { clamp } from "../tools/types";
import type { StageGestures } from "./stage-gestures";
import { bringIntoSight, middleInSight, pictureSize } from "./stage-view";

/** Screen pixels for one press of an arrow key; with Shift, more. */
const STEP = 4;
const FAR = 32;
/** How long the crosshair rests before its place is told. */
const TELL_MS = 500;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Takes the crosshair out, in the middle of what is in sight, or puts it away. */
export function toggleCursor(session: Session): void {
  const { cursor } = session.toolbox;
  const stage = document.querySelector<HTMLElement>(".stage");
  cursor.value = cursor.value === null ? middleInSight(session) : null;
  if (cursor.value !== null) stage?.focus();
}

/** What the crosshair has begun ends with it, wherever it is put away; until the returned call. */
export function followCursor(session: Session, gestures: StageGestures): () => void {
  return session.toolbox.cursor.subscribe((cursor) => {
    if (cursor === null) gestures.abandon();
  });
}

/** What a key does to the crosshair; returns whether it was meant for it. */
export function pressCursor(
  session: Session,
  gestures: StageGestures,
  event: KeyboardEvent,
): boolean {
  const { cursor } = session.toolbox;
  const at = cursor.value;
  if (!at || event.ctrlKey || event.metaKey) return false;
  const arrow = ARROWS[event.key];
  if (arrow) {
    const step = (event.shiftKey ? FAR : STEP) / session.viewport.value.scale;
    const { width, height } = pictureSize(session);
    const to = clamp({ x: at.x + (arrow[0] * step) / width, y: at.y + (arrow[1] * step) / height });
    cursor.value = to;
    bringIntoSight(session, to);
    gestures.go([to]);
    return true;
  }
  // With Shift it is another command: the frame is kept as it is.
  if ((event.key === "Enter" || event.key === " ") && !event.shiftKey) {
    if (!event.repeat) click(session, gestures, at, event.altKey);
    return true;
  }
  if (event.key !== "Escape") return false;
  cursor.value = null;
  return true;
}

function click(session: Session, gestures: StageGestures, at: Point, alt: boolean): void {
  if (gestures.busy) {
    gestures.finish();
    return;
  }
  const { tool } = session;
  if (!gestures.start({ at, alt, mark: null, pan: false })) return;
  const draws = tool.value === "box" || tool.value === "brush" || tool.value === "lasso";
  if (!draws) gestures.finish();
  else session.toolbox.say("Begun; move with the arrow keys, Enter ends it, Escape drops it");
}

export function StageCursor({ session }: { session: Session }) {
  const at = session.toolbox.cursor.value;
  useEffect(() => {
    if (!at) return;
    const percents = `${Math.round(at.x * 100)} %, ${Math.round(at.y * 100)} %`;
    const timer = setTimeout(() => session.toolbox.mention(`Crosshair at ${percents}`), TELL_MS);
    return () => clearTimeout(timer);
  }, [at]);
  if (!at) return null;
  const spot = toStage(session.viewport.value, pictureSize(session), at);
  return (
    <div
      class="crosshair"
      aria-hidden="true"
      style={{ transform: `translate(${spot.x}px, ${spot.y}px)` }}
    />
  );
}
