/** The picture with the clicks on it. */

import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { View } from "@mattebox/player";
import type { Project } from "../api/types";
import type { Point } from "../logic/viewport";
import { followMasks } from "../state/masks";
import { decoderChoice, Playback } from "../state/playback";
import { openProjects } from "../state/route";
import type { Session } from "../state/session";
import { Crosshair, Points } from "./points";
import { StageNotes } from "./stage-notes";
import { StageTools } from "./stage-tools";
import { pictureSize, resizeStage, zoomStage } from "./stage-view";

const WHEEL_ZOOM = 0.0015;

interface StageProps {
  session: Session;
  project: Project;
  firstFrame: number;
}

export function Stage({ session, project, firstFrame }: StageProps) {
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const tools = useMemo(() => new StageTools(session), [session]);
  const [alt, setAlt] = useState(false);
  const [grabbing, setGrabbing] = useState(false);

  useEffect(() => {
    if (!stage.current || !canvas.current) return;
    const stops = [
      followSize(session, stage.current),
      followPlayer(session, canvas.current, project, firstFrame),
      followWheel(session, stage.current),
      followAlt(setAlt),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [session]);

  const at = (event: PointerEvent): Point => {
    const box = stage.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const fatal = session.playback.value?.trouble.value?.fatal === true;
  const hand = session.spaceHeld.value;
  const cursor = grabbing ? "grabbing" : hand ? "hand" : tools.includes(alt) ? "add" : "take";

  return (
    <main
      ref={stage}
      class={`stage ${cursor}`}
      tabIndex={0}
      aria-label="Picture. Alt and arrow keys move the crosshair, full stop places a point."
      onPointerDown={(event) => {
        if (fatal) return;
        const target = event.target instanceof Element ? event.target : null;
        const click = target?.closest<HTMLElement>("[data-click]")?.dataset.click ?? null;
        const press = { at: at(event), button: event.button, alt: event.altKey, click };
        if (event.button === 1) event.preventDefault();
        if (tools.press(press)) stage.current?.setPointerCapture(event.pointerId);
        setGrabbing(tools.panning);
      }}
      onPointerMove={(event) => tools.move(at(event))}
      onPointerUp={() => {
        tools.release();
        setGrabbing(false);
      }}
      onPointerCancel={() => {
        tools.release();
        setGrabbing(false);
      }}
      onContextMenu={(event) => event.preventDefault()}
    >
      <canvas ref={canvas} class="picture" />
      {session.pointsShown.value && <Points session={session} />}
      <Crosshair session={session} />
      <StageNotes session={session} onLeave={openProjects} />
    </main>
  );
}

function followSize(session: Session, stage: HTMLElement): () => void {
  const observer = new ResizeObserver(() => {
    resizeStage(session, { width: stage.clientWidth, height: stage.clientHeight });
  });
  observer.observe(stage);
  resizeStage(session, { width: stage.clientWidth, height: stage.clientHeight });
  return () => observer.disconnect();
}

/** Ties the player to the session: what the session says, the player shows. */
function followPlayer(
  session: Session,
  canvas: HTMLCanvasElement,
  project: Project,
  firstFrame: number,
): () => void {
  const playback = new Playback(canvas, project.id, decoderChoice(location.search));
  session.attach(playback, firstFrame);
  const stops = [
    effect(() => {
      const { value: stage } = session.stage;
      const { value: view } = session.viewport;
      if (stage.width > 0) playback.setViewport(view, stage, pictureSize(session));
    }),
    effect(() => playback.setView(viewOf(session))),
    effect(() => {
      const objects = session.project.value?.objects ?? [];
      playback.setObjects(
        objects.map(({ id, color }) => ({ id, color, visible: !session.hidden.value.has(id) })),
      );
    }),
    followMasks(session, playback),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function viewOf(session: Session): View {
  switch (session.view.value) {
    case "overlay":
      return { kind: "overlay", opacity: session.opacity.value, outline: true };
    case "cutout":
      return { kind: "cutout", background: backdropOf(session) };
    case "matte":
      return { kind: "matte" };
    case "original":
      return { kind: "original" };
  }
}

function backdropOf(session: Session) {
  if (session.backdrop.value === "checkerboard") return { kind: "checkerboard" } as const;
  const color = session.backdrop.value === "key" ? session.keyColor : session.backdropColor;
  return { kind: "color", color: color.value } as const;
}

/** Preact's wheel handlers are passive, so the page would scroll or zoom along. */
function followWheel(session: Session, stage: HTMLElement): () => void {
  const turn = (event: WheelEvent) => {
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    // A pinch arrives as a wheel with Ctrl and small steps.
    const pace = event.ctrlKey ? WHEEL_ZOOM * 8 : WHEEL_ZOOM;
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    zoomStage(session, at, Math.exp(-event.deltaY * lines * pace));
  };
  stage.addEventListener("wheel", turn, { passive: false });
  return () => stage.removeEventListener("wheel", turn);
}

function followAlt(set: (held: boolean) => void): () => void {
  const read = (event: KeyboardEvent) => {
    if (event.key !== "Alt") return;
    // Otherwise a lone Alt would move the focus to the browser's menu.
    event.preventDefault();
    set(event.type === "keydown");
  };
  const release = () => set(false);
  addEventListener("keydown", read);
  addEventListener("keyup", read);
  addEventListener("blur", release);
  return () => {
    removeEventListener("keydown", read);
    removeEventListener("keyup", read);
    removeEventListener("blur", release);
  };
}
