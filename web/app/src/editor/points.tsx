/** The clicks as points on the picture, and the crosshair for placing them by keyboard. */

import { useEffect, useState } from "preact/hooks";
import { clicksShown, type ShownClick } from "../logic/clicks";
import { toStage } from "../logic/viewport";
import * as editing from "../state/editing";
import type { Session } from "../state/session";
import { Icon } from "../ui/icons";
import { pictureSize } from "./stage-view";

/** Part of the picture by which a key press moves the crosshair or a point; with Shift, more. */
const NUDGE = 0.005;
const FAR_NUDGE = 0.05;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The way an Alt+arrow press moves things, or null for any other press. */
function nudgeOf(event: KeyboardEvent): readonly [number, number] | null {
  const arrow = event.altKey ? ARROWS[event.key] : undefined;
  if (!arrow) return null;
  const step = event.shiftKey ? FAR_NUDGE : NUDGE;
  return [arrow[0] * step, arrow[1] * step];
}

const within = (value: number) => Math.min(1, Math.max(0, value));

export function Points({ session }: { session: Session }) {
  const playing = session.playback.value?.playing.value === true;
  if (playing) return null;
  const clicks = clicksShown(session.object.value, session.frame.value, session.draft.value);
  return (
    <>
      {clicks.map((click, index) => (
        <PointMark key={click.id} session={session} click={click} index={index} />
      ))}
    </>
  );
}

function PointMark({ session, click, index }: { session: Session; click: ShownClick; index: number }) {
  const at = toStage(session.viewport.value, pictureSize(session), click);
  const selected = session.clickId.value === click.id;
  const kind = click.include ? "include" : "exclude";
  return (
    <button
      type="button"
      class={`point ${kind} ${selected ? "selected" : ""} ${click.pending ? "pending" : ""}`}
      style={{ transform: `translate(${at.x}px, ${at.y}px)` }}
      data-click={click.id}
      aria-label={`Point ${index + 1}, ${click.include ? "included" : "excluded"}`}
      aria-pressed={selected}
      title="Drag to move, right-click to delete"
      onFocus={() => {
        session.clickId.value = click.id;
      }}
      onKeyDown={(event) => {
        const nudge = nudgeOf(event);
        if (!nudge) return;
        event.preventDefault();
        event.stopPropagation();
        editing.dragClick(session, click.id, within(click.x + nudge[0]), within(click.y + nudge[1]));
      }}
      onKeyUp={(event) => {
        if (event.key in ARROWS) editing.dropClick(session, click.id);
      }}
    >
      <Icon name={kind} />
    </button>
  );
}

/** Alt and the arrow keys move it over the picture, a full stop places a point under it. */
export function Crosshair({ session }: { session: Session }) {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const onStage = event.target instanceof Element && event.target.matches(".stage");
      if (!onStage) return;
      const nudge = nudgeOf(event);
      if (nudge) {
        event.preventDefault();
        setAt((old) => ({
          x: within((old?.x ?? 0.5) + nudge[0]),
          y: within((old?.y ?? 0.5) + nudge[1]),
        }));
      } else if (event.key === "." && at) {
        editing.addClick(session, at.x, at.y, session.tool.value === "include");
      } else if (event.key === "Escape") {
        setAt(null);
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [session, at]);
  if (!at) return null;
  const spot = toStage(session.viewport.value, pictureSize(session), at);
  return (
    <div
      class="crosshair"
      role="status"
      aria-label={`Crosshair at ${Math.round(at.x * 100)}, ${Math.round(at.y * 100)} percent`}
      style={{ transform: `translate(${spot.x}px, ${spot.y}px)` }}
    />
  );
}
