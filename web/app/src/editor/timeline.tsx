/** The whole clip from left to right: pictures, what is made and what is stale, the playhead. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { keyframesOf } from "../logic/clicks";
import { contains } from "../logic/ranges";
import { clampFrame, cuts, frameToX, pressedFrame, type Track } from "../logic/timeline";
import type { Session } from "../state/session";
import { Filmstrip } from "./filmstrip";
import { LANE_TOP, paintTimeline, TIMELINE_HEIGHT, type Colors } from "./timeline-paint";

export function Timeline({ session }: { session: Session }) {
  const track = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const frame = session.frame.value;
  const count = session.project.value?.clip.frame_count ?? 1;

  useEffect(() => {
    if (!track.current || !canvas.current || !head.current) return;
    return drawTimeline(session, track.current, canvas.current, head.current);
  }, [session]);

  const seek = (event: PointerEvent, pressed: boolean) => {
    const box = track.current?.getBoundingClientRect();
    if (!box) return;
    const x = event.clientX - box.left;
    const span: Track = { width: box.width, frameCount: count };
    const inLane = pressed && event.clientY - box.top >= LANE_TOP;
    const keyframes = inLane ? keyframesOf(session.object.value) : [];
    void session.playback.value?.seek(pressedFrame(span, x, keyframes));
  };

  return (
    <div
      ref={track}
      class="timeline"
      role="slider"
      tabIndex={0}
      aria-label="Timeline"
      aria-valuemin={0}
      aria-valuemax={count - 1}
      aria-valuenow={clampFrame(frame, count)}
      aria-valuetext={`Frame ${frame}, ${count} frames${stateOf(session, frame)}`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event, true);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event, false);
      }}
    >
      <canvas ref={canvas} class="timeline-canvas" />
      <div ref={head} class="playhead" />
    </div>
  );
}

function stateOf(session: Session, frame: number): string {
  if (keyframesOf(session.object.value).includes(frame)) return ", keyframe";
  if (contains(session.stale.value, frame)) return ", to be updated";
  return contains(session.ready.value, frame) ? ", ready" : "";
}

function drawTimeline(
  session: Session,
  track: HTMLElement,
  canvas: HTMLCanvasElement,
  head: HTMLElement,
): () => void {
  const context = canvas.getContext("2d");
  const colors = readColors();
  const strip = new Filmstrip(session, () => repaint());
  let paint: () => void = () => undefined;
  const repaint = () => paint();

  const resize = () => {
    const width = track.clientWidth;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(TIMELINE_HEIGHT * devicePixelRatio);
    strip.layOut(width);
    paint();
  };
  const stopPainting = effect(() => {
    const project = session.project.value;
    if (!project || !context) return;
    const count = project.clip.frame_count;
    const scene = {
      rate: project.clip.rate,
      keyframes: keyframesOf(session.object.value),
      ready: session.ready.value,
      stale: session.stale.value,
      applied: project.revision > 0,
      working: session.working.value,
      cuts: cuts(project.clip.shots),
      marks: session.marks.value,
    };
    paint = () => {
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      const span = { width: track.clientWidth, frameCount: count };
      paintTimeline(context, span, { ...scene, tiles: strip.tiles }, colors);
    };
    paint();
  });
  const stopMoving = effect(() => {
    const count = session.project.value?.clip.frame_count ?? 1;
    const span = { width: track.clientWidth, frameCount: count };
    const frame = session.frame.value;
    head.style.transform = `translateX(${frameToX(span, frame)}px)`;
    head.style.width = `${Math.max(2, frameToX(span, 1))}px`;
  });
  const observer = new ResizeObserver(resize);
  observer.observe(track);
  return () => {
    stopPainting();
    stopMoving();
    observer.disconnect();
    strip.dispose();
  };
}

function readColors(): Colors {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: read("surround"),
    line: read("line-strong"),
    text: read("text-faint"),
    ready: read("ready"),
    working: read("working"),
    stale: read("stale"),
    keyframe: read("keyframe"),
    cut: read("text"),
    font: read("font"),
  };
}
