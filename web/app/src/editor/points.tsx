/** The clicks and prompts of the frame as marks on the picture: to drag, turn and delete. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { clicksShown, type ShownClick } from "../logic/clicks";
import { includesOf, nameOf, placeOf, promptsShown, type ShownPrompt } from "../logic/prompts";
import { toStage, type Point } from "../logic/viewport";
import * as marking from "../state/marking";
import type { Session } from "../state/session";
import { clamp } from "../tools/types";
import { Icon } from "../ui/icons";
import { pictureSize } from "./stage-view";

/** Part of the picture by which a key press moves a point; with Shift, more. */
const NUDGE = 0.005;
const FAR_NUDGE = 0.05;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function Points({ session }: { session: Session }) {
  if (session.playback.value?.playing.value === true) return null;
  const object = session.object.value;
  const frame = session.frame.value;
  const draft = session.draft.value;
  return (
    <>
      {promptsShown(object, frame, draft).map((shown) => (
        <PromptMark key={shown.id} session={session} shown={shown} />
      ))}
      {clicksShown(object, frame, draft).map((click, index) => (
        <PointMark key={click.id} session={session} click={click} index={index} />
      ))}
    </>
  );
}

interface MarkProps {
  session: Session;
  id: string;
  at: Point;
  class: string;
  label: string;
  tip: string;
  pending: boolean;
  onNudge?: (dx: number, dy: number) => void;
  onNudged?: () => void;
  children: ComponentChildren;
}

function Mark(props: MarkProps) {
  const { session, id, pending } = props;
  const at = toStage(session.viewport.value, pictureSize(session), props.at);
  const selected = session.clickId.value === id;
  const button = useRef<HTMLButtonElement>(null);
  // Focus stays on the picture when its mark goes.
  useEffect(
    () => () => {
      const mark = button.current;
      if (mark && document.activeElement === mark) mark.closest<HTMLElement>(".stage")?.focus();
    },
    [],
  );
  return (
    <button
      ref={button}
      type="button"
      class={`point ${props.class} ${selected ? "selected" : ""} ${pending ? "pending" : ""}`}
      style={{ transform: `translate(${at.x}px, ${at.y}px)` }}
      data-mark={id}
      aria-label={props.label}
      aria-pressed={selected}
      data-tip={props.tip}
      onFocus={() => {
        session.clickId.value = id;
      }}
      onKeyDown={(event) => {
        const arrow = event.altKey ? ARROWS[event.key] : undefined;
        if (!arrow || !props.onNudge) return;
        event.preventDefault();
        event.stopPropagation();
        const step = event.shiftKey ? FAR_NUDGE : NUDGE;
        props.onNudge(arrow[0] * step, arrow[1] * step);
      }}
      onKeyUp={(event) => {
        if (event.key in ARROWS) props.onNudged?.();
      }}
    >
      {props.children}
    </button>
  );
}

function PointMark({ session, click, index }: { session: Session; click: ShownClick; index: number }) {
  const kind = click.include ? "include" : "exclude";
  return (
    <Mark
      session={session}
      id={click.id}
      at={click}
      class={kind}
      label={`Point ${index + 1}, ${click.include ? "included" : "excluded"}`}
      tip="Drag to move, right-click for more"
      pending={click.pending}
      onNudge={(dx, dy) =>
        marking.dragClick(session, click.id, clamp({ x: click.x + dx, y: click.y + dy }))
      }
      onNudged={() => {
        const target = marking.aim(session);
        if (target) marking.dropClick(session, target, click.id);
      }}
    >
      <Icon name={kind} />
    </Mark>
  );
}

function PromptMark({ session, shown }: { session: Session; shown: ShownPrompt }) {
  const { id, prompt, pending } = shown;
  return (
    <Mark
      session={session}
      id={id}
      at={placeOf(prompt)}
      class={`prompt ${includesOf(prompt) ? "include" : "exclude"}`}
      label={nameOf(prompt)}
      tip={`${nameOf(prompt)}: right-click or Del deletes it`}
      pending={pending}
    >
      <Icon name={prompt.kind} />
    </Mark>
  );
}
