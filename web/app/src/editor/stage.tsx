/** The picture with the user's marks on it, and the hands that make them. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Project } from "../api/types";
import { toPicture, type Point } from "../logic/viewport";
import { followHover } from "../state/hover";
import { followSelection } from "../state/marking";
import { followRest } from "../state/preparing";
import { openProjects } from "../state/route";
import type { Session } from "../state/session";
import { includes } from "../tools/begin";
import { RIGHT } from "../ui/context";
import { Points } from "./points";
import { followCursor, pressCursor, StageCursor } from "./stage-cursor";
import { StageGestures } from "./stage-gestures";
import { StageMenu } from "./stage-menu";
import { followAlt, followSize, followView, followWheel } from "./stage-listen";
import { StageNotes } from "./stage-notes";
import { StageOverlay } from "./stage-overlay";
import { followPlayer } from "./stage-player";
import { pictureSize } from "./stage-view";
import { StageWipe } from "./stage-wipe";
import { StageZoom } from "./stage-zoom";
import { ToolOptions } from "./tool-options";

/** As in `MouseEvent.buttons`. */
const LEFT = 1;

interface StageProps {
  session: Session;
  project: Project;
  firstFrame: number;
}

export function Stage({ session, project, firstFrame }: StageProps) {
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  /** Where mouse or pen is, in CSS pixels of the stage. */
  const spot = useRef<Point | null>(null);
  const [ringed, setRinged] = useState(false);
  const gestures = useMemo(() => new StageGestures(session), [session]);

  useEffect(() => {
    if (!stage.current || !canvas.current) return;
    const stops = [
      followSize(session, stage.current),
      followPlayer(session, canvas.current, project, firstFrame),
      followWheel(session, stage.current),
      followAlt(session),
      followHover(session),
      followRest(session),
      followSelection(session),
      followCursor(session, gestures),
      followView(session, spot),
    ];
    return () => {
      for (const stop of stops) stop();
      gestures.abandon();
    };
  }, [session]);

  const at = (event: MouseEvent): Point => {
    const box = stage.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const fatal = session.playback.value?.trouble.value?.fatal === true;

  return (
    <main
      ref={stage}
      class={`stage ${cursorOf(session)} ${ringed ? "ringed" : ""}`}
      tabIndex={0}
      aria-label="Picture. C takes out a crosshair for the arrow keys."
      onPointerDown={(event) => {
        if (fatal || isControl(event.target)) return;
        // The browser would scroll on a middle press and put focus elsewhere on a press of a mark.
        if (event.button === 1) event.preventDefault();
        session.toolbox.cursor.value = null;
        const contact = { ...touching(event), at: at(event), mark: markOf(event.target) };
        if (gestures.down(contact)) stage.current?.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        spot.current = isPointing(event) ? at(event) : null;
        gestures.move(event.pointerId, pathOf(event, at), event.buttons !== 0);
        point(session, spot.current, gestures.busy);
      }}
      onPointerUp={(event) => gestures.up(event.pointerId, event.timeStamp)}
      onPointerCancel={(event) => gestures.cancel(event.pointerId)}
      onPointerLeave={() => {
        spot.current = null;
        session.toolbox.pointer.value = null;
      }}
      onKeyDown={(event) => {
        if (event.target !== stage.current || !pressCursor(session, gestures, event)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      // A key pressed after the mouse would ring the stage as if it had been reached by keyboard.
      onFocus={(event) => setRinged(event.currentTarget.matches(":focus-visible"))}
      onBlur={(event) => {
        if (event.target !== stage.current) return;
        setRinged(false);
        session.toolbox.cursor.value = null;
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        // A slip of the other button shall not undo what is being drawn.
        if (isControl(event.target) || (event.buttons & LEFT) !== 0) return;
        gestures.abandon();
        openMenu(session, event, at(event));
      }}
    >
      <canvas ref={canvas} class="picture" />
      <StageOverlay session={session} />
      {session.pointsShown.value && <Points session={session} />}
      <StageCursor session={session} />
      <StageWipe session={session} />
      <ToolOptions session={session} />
      <StageZoom session={session} />
      <StageMenu session={session} />
      <StageNotes session={session} onLeave={openProjects} />
      <div class="visually-hidden" role="status" aria-live="polite">
        {session.toolbox.spoken.value}
      </div>
    </main>
  );
}

function cursorOf(session: Session): string {
  const tool = session.tool.value;
  if (session.toolbox.gesture.value === "picture") return "grabbing";
  if (session.spaceHeld.value || tool === "hand") return "hand";
  if (tool === "brush") return "draw";
  if (tool === "box" || tool === "lasso") return "cross";
  return includes({ tool, erase: false }, session.toolbox.alt.value) ? "add" : "take";
}

const markOf = (target: EventTarget | null): string | null =>
  target instanceof Element
    ? (target.closest<HTMLElement>("[data-mark]")?.dataset.mark ?? null)
    : null;

/** `at`: where on the stage, in CSS pixels; the crosshair, while it is out, is where keys point. */
function openMenu(session: Session, event: MouseEvent, at: Point): void {
  const { toolbox, viewport, frame, playback } = session;
  const mark = markOf(event.target);
  if (!playback.value?.shown.value || mark?.startsWith("pending-")) return;
  const pointed = toPicture(viewport.value, pictureSize(session), at);
  const place = event.button === RIGHT ? pointed : (toolbox.cursor.value ?? pointed);
  const within = [place.x, place.y].every((part) => part >= 0 && part <= 1);
  toolbox.menu.value = {
    mark,
    place: within ? place : null,
    frame: frame.value,
    at: { x: event.clientX, y: event.clientY },
  };
}

/** Buttons and bars on the stage keep their presses. */
const isControl = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(".stage-control, .stage-cover") !== null;

const touching = (event: PointerEvent) => ({
  id: event.pointerId,
  kind: event.pointerType,
  button: event.button,
  alt: event.altKey,
});

/** A finger points at nothing before it touches, and what is over the picture hides it. */
const isPointing = ({ pointerType, target }: PointerEvent): boolean =>
  pointerType !== "touch" && !isControl(target);

/** Every place that the pointer passed since the last event, not only the last one. */
function pathOf(event: PointerEvent, at: (event: MouseEvent) => Point): Point[] {
  const passed = event.getCoalescedEvents();
  return (passed.length > 0 ? passed : [event]).map((part) => at(part));
}

/** Tells where the pointer is over the picture; while something is drawn only the brush cares. */
function point(session: Session, at: Point | null, busy: boolean): void {
  const { toolbox } = session;
  if (!at) {
    toolbox.pointer.value = null;
  } else if (!busy || session.tool.value === "brush") {
    toolbox.pointer.value = toPicture(session.viewport.value, pictureSize(session), at);
  }
}
