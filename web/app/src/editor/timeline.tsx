/** The clip from left to right: pictures, each object's lane, cuts, in and out, the playhead. */

import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { keyframesOf } from "../logic/clicks";
import { contains } from "../logic/ranges";
import { clampFrame, cuts, frameToX, reached, spanOf, xToFrame } from "../logic/timeline";
import { formatFrames } from "../logic/timecode";
import type { Session } from "../state/session";
import { RIGHT } from "../ui/context";
import { leaveNoFocus } from "../ui/focus";
import { Filmstrip } from "./filmstrip";
import { followWheel, Scrubbing } from "./timeline-gestures";
import { TimelineHeader } from "./timeline-header";
import { HoverCard } from "./timeline-hover";
import { TimelineMenu, type TimelinePlace } from "./timeline-menu";
import { KeyframeMarks, RangeHandles, ScrollBar } from "./timeline-marks";
import { paintTimeline, type Colors, type LaneState, type Scene } from "./timeline-paint";
import { TimelineView } from "./timeline-view";

export function Timeline({ session }: { session: Session }) {
  const view = useMemo(() => new TimelineView(session), [session]);
  const strip = useMemo(() => new Filmstrip(session), [session]);
  const track = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!track.current) return;
    const stops = [
      view.follow(track.current),
      followWheel(view, track.current),
      () => strip.dispose(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [view]);

  return (
    <div class="timeline">
      <TimelineHeader view={view} />
      <div ref={track} class="track" style={{ height: `${view.height.value}px` }}>
        <Scrub view={view} strip={strip} />
        <KeyframeMarks view={view} />
        <RangeHandles view={view} />
        <Playhead view={view} />
        <ScrollBar view={view} />
      </div>
      <HoverCard view={view} strip={strip} />
    </div>
  );
}

/** So many frames to fix are marked; more would say nothing of where to begin. */
const MARKED = 3;

/** The painted track, and the slider that the playhead is for keyboards and screen readers. */
function Scrub({ view, strip }: { view: TimelineView; strip: Filmstrip }) {
  const { session } = view;
  const scrubbing = useMemo(() => new Scrubbing(view), [view]);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) return draw(view, strip, canvas.current);
  }, [view]);
  const frame = session.frame.value;
  const count = session.project.value?.clip.frame_count ?? 1;
  const left = (event: MouseEvent) =>
    event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
  const [menu, setMenu] = useState<TimelinePlace | null>(null);
  return (
    <>
      <div
        class="scrub"
        role="slider"
        tabIndex={0}
        aria-label="Timeline"
        aria-valuemin={0}
        aria-valuemax={count - 1}
        aria-valuenow={clampFrame(frame, count)}
        aria-valuetext={`Frame ${frame}, ${formatFrames(count)}${stateOf(session, frame)}`}
        onMouseDown={leaveNoFocus}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          scrubbing.begin(left(event));
        }}
        onPointerMove={(event) => scrubbing.move(left(event))}
        onPointerUp={() => scrubbing.end()}
        onPointerCancel={() => scrubbing.end()}
        onPointerLeave={() => {
          view.hovered.value = null;
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          scrubbing.end();
          // Keys mean where the playhead is.
          const pointed = xToFrame(view.track.value, left(event));
          const at = event.button === RIGHT ? pointed : clampFrame(frame, count);
          setMenu({ frame: at, at: { x: event.clientX, y: event.clientY } });
        }}
      >
        <canvas ref={canvas} class="timeline-canvas" />
      </div>
      {menu && <TimelineMenu view={view} place={menu} onClose={() => setMenu(null)} />}
    </>
  );
}

function stateOf(session: Session, frame: number): string {
  if (keyframesOf(session.object.value).includes(frame)) return ", keyframe";
  if (contains(session.stale.value, frame)) return ", to be updated";
  if (session.fixes.value.some((fix) => fix.frame === frame)) return ", worth a correction";
  if (contains(session.undecidedOf(session.objectId.value ?? ""), frame)) return ", looking for cuts";
  return contains(session.ready.value, frame) ? ", ready" : "";
}

function Playhead({ view }: { view: TimelineView }) {
  const head = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      effect(() => {
        const track = view.track.value;
        const frame = view.playhead.value;
        if (!head.current) return;
        head.current.style.transform = `translateX(${frameToX(track, frame)}px)`;
        head.current.style.width = `${Math.max(2, track.width / track.shown)}px`;
      }),
    [view],
  );
  return <div ref={head} class="playhead" style={{ "--ruler": `${view.sizes.value.ruler}px` }} />;
}

/** Paints whenever something that is painted changes, at most once for each picture of the screen. */
function draw(view: TimelineView, strip: Filmstrip, canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext("2d");
  let asked = 0;
  let paint: () => void = () => undefined;
  const repaint = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => paint());
  };
  strip.changed = repaint;
  const stopLayingOut = effect(() => {
    // What failed while nobody answered is asked for again.
    if (!view.session.connected.value) return;
    strip.layOut(view.track.value, view.sizes.value.strip);
  });
  const stopPainting = effect(() => {
    const scene = sceneOf(view);
    const track = view.track.value;
    const sizes = view.sizes.value;
    if (!context || !scene || track.width === 0) return;
    paint = () => {
      const [width, height] = [track.width, scene.height].map((side) =>
        Math.round(side * devicePixelRatio),
      );
      if (canvas.width !== width) canvas.width = width ?? 0;
      if (canvas.height !== height) canvas.height = height ?? 0;
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      const tiled = { ...scene, tiles: strip.tiles };
      paintTimeline({ context, track, sizes, scene: tiled, colors: readColors() });
    };
    repaint();
  });
  const stopWatching = followDensity(repaint);
  return () => {
    cancelAnimationFrame(asked);
    stopWatching();
    stopLayingOut();
    stopPainting();
  };
}

/** Tells when the page comes to a screen with other pixels; until the returned call. */
function followDensity(changed: () => void): () => void {
  let query: MediaQueryList;
  const watch = () => {
    query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    query.addEventListener("change", change, { once: true });
  };
  const change = () => {
    changed();
    watch();
  };
  watch();
  return () => query.removeEventListener("change", change);
}

function sceneOf(view: TimelineView): Omit<Scene, "tiles"> | null {
  const { session } = view;
  const project = session.project.value;
  if (!project) return null;
  const { shots, frame_count: count } = project.clip;
  const selected = session.object.value;
  const states = project.objects.map((object): [string, LaneState] => [
    object.id,
    {
      ready: session.readyOf(object),
      stale: object.stale,
      reached: reached(keyframesOf(object), shots, count),
      undecided: session.undecidedOf(object.id),
    },
  ]);
  const at = view.hoveredKeyframe.value ?? keyframeUnderPlayhead(view);
  const owner = project.objects.find((object) => object.id === at?.object);
  const keyframe = owner?.keyframes.find(({ frame }) => frame === at?.frame);
  const range = owner && keyframe ? spanOf(keyframe, owner.keyframes, shots, count) : null;
  return {
    rate: project.clip.rate,
    cuts: cuts(shots),
    marks: session.marks.value,
    lanes: view.lanes.value,
    laneScroll: view.laneScroll.value,
    lanesTop: view.lanesTop.value,
    height: view.height.value,
    states: Object.fromEntries(states),
    selected: selected?.id ?? null,
    span: owner && range ? { object: owner.id, range } : null,
    confidence: session.confidence.value[selected?.id ?? ""] ?? null,
    fixes: session.fixes.value.slice(0, MARKED).map(({ frame }) => frame),
    applied: project.revision > 0,
    working: session.working.value,
  };
}

/** At rest on a keyframe of the selected object its span shows, too. */
function keyframeUnderPlayhead(view: TimelineView): { object: string; frame: number } | null {
  const { session } = view;
  const object = session.object.value;
  if (!object || session.playback.value?.playing.value) return null;
  const frame = view.playhead.value;
  return keyframesOf(object).includes(frame) ? { object: object.id, frame } : null;
}

let known: Colors | null = null;

function readColors(): Colors {
  if (known) return known;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  known = {
    ground: read("surround"),
    lane: read("raised"),
    line: read("line-strong"),
    text: read("text-faint"),
    ready: read("ready"),
    working: read("working"),
    stale: read("stale"),
    keyframe: read("keyframe"),
    weak: read("stale"),
    sure: read("line-strong"),
    cut: read("text"),
    font: read("font"),
  };
  return known;
}
