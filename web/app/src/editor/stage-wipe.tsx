/** The handle of a wipe: what lies left of it is the original, or another revision. */

import { useRef } from "preact/hooks";
import { toStage } from "../logic/viewport";
import type { Session } from "../state/session";
import { clamp } from "../tools/types";
import { leaveNoFocus } from "../ui/focus";
import { pictureSize } from "./stage-view";

/** Part of the picture's width by which an arrow key moves it; with Shift, more. */
const STEP = 0.01;
const FAR = 0.1;

export function StageWipe({ session }: { session: Session }) {
  const held = useRef(false);
  const compare = session.compare.value;
  const position = compare?.position ?? session.wipe.value;
  if (position === null || !session.playback.value?.shown.value) return null;
  const picture = pictureSize(session);
  const view = session.viewport.value;
  const top = toStage(view, picture, { x: position, y: 0 });
  const height = picture.height * view.scale;
  const percent = Math.round(position * 100);
  const current = session.project.value?.revision ?? 0;
  const [left, right] = compare
    ? [`Revision ${compare.revision}`, `Revision ${current}`]
    : ["Before", "After"];

  const follow = (event: PointerEvent) => {
    const stage = (event.currentTarget as HTMLElement).closest(".stage");
    const x = event.clientX - (stage?.getBoundingClientRect().left ?? 0);
    moveTo(session, (x - view.x) / (picture.width * view.scale));
  };

  return (
    <div
      class="wipe stage-control"
      role="slider"
      tabIndex={0}
      aria-label={compare ? "Wipe between two revisions" : "Wipe between before and after"}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={`${left} on the left ${percent} %`}
      style={{ transform: `translate(${top.x}px, ${top.y}px)`, height: `${height}px` }}
      onMouseDown={leaveNoFocus}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        held.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (held.current) follow(event);
      }}
      onPointerUp={() => {
        held.current = false;
      }}
      onPointerCancel={() => {
        held.current = false;
      }}
      onDblClick={() => moveTo(session, 0.5)}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        const end = { Home: 0, End: 1 }[event.key];
        if (step === undefined && end === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        moveTo(session, end ?? position + (step ?? 0) * (event.shiftKey ? FAR : STEP));
      }}
    >
      <span class="wipe-label left">{left}</span>
      <span class="wipe-label right">{right}</span>
    </div>
  );
}

function moveTo(session: Session, x: number): void {
  const position = clamp({ x, y: 0 }).x;
  const compare = session.compare.value;
  if (compare) session.compare.value = { ...compare, position };
  else session.wipe.value = position;
}
