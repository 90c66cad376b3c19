/** What lies over the painted timeline and can be taken hold of: keyframes, in and out, the scroll bar. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ProjectObject } from "../api/types";
import type { Range } from "../logic/ranges";
import { clampFrame, frameCentre, frameToX, hitRanges, xToFrame, type Lane } from "../logic/timeline";
import * as editing from "../state/editing";
import { selectObject } from "../state/objects";
import { focusBeside, leaveNoFocus } from "../ui/focus";
import { Menu, useMenuPlace } from "../ui/menu";
import { laneMiddle } from "./timeline-paint";
import type { TimelineView } from "./timeline-view";

interface ViewProps {
  view: TimelineView;
}

/** Room beside the track in which a mark still counts as in sight, and within it that it needs. */
const SIGHT = 8;
const INSIDE = 6;

export function KeyframeMarks({ view }: ViewProps) {
  const objects = view.session.project.value?.objects ?? [];
  return (
    <div
      class="lane-marks"
      style={{ top: `${view.lanesTop.value}px`, height: `${view.lanesShown.value}px` }}
    >
      {view.lanes.value.map((lane) => {
        const object = objects.find(({ id }) => id === lane.id);
        return object && <LaneMarks key={lane.id} view={view} lane={lane} object={object} />;
      })}
    </div>
  );
}

function LaneMarks({ view, lane, object }: ViewProps & { lane: Lane; object: ProjectObject }) {
  const track = view.track.value;
  const selected = view.session.object.value?.id === object.id;
  const y = lane.top - view.laneScroll.value + laneMiddle(lane, selected);
  const [focused, setFocused] = useState<number | null>(null);
  const shown = object.keyframes
    .map((keyframe) => ({ ...keyframe, x: frameCentre(track, keyframe.frame) }))
    .filter(({ x }) => x >= -SIGHT && x <= track.width + SIGHT);
  const places = shown.map(({ x }) => Math.min(track.width - INSIDE, Math.max(INSIDE, x)));
  const hits = hitRanges(places, view.target, track.width);
  // The Tab key stops once among the selected object's marks; the arrow keys go on from there.
  const stop = shown.find(({ frame }) => frame === focused) ?? shown[0];
  return (
    <>
      {shown.map(({ frame, absent, x }, index) => (
        <KeyframeMark
          key={frame}
          view={view}
          object={object}
          frame={frame}
          absent={absent}
          selected={selected}
          reached={selected && frame === stop?.frame}
          at={{ x: places[index] ?? x, y }}
          hit={hits[index] ?? [x, x]}
          onFocus={() => setFocused(frame)}
        />
      ))}
    </>
  );
}

interface KeyframeMarkProps extends ViewProps {
  object: ProjectObject;
  frame: number;
  absent: boolean;
  selected: boolean;
  /** Whether the Tab key stops here. */
  reached: boolean;
  at: { x: number; y: number };
  /** From where to where along the track it is hit. */
  hit: Range;
  onFocus: () => void;
}

/** The marks of the same lane, from left to right. */
const besides = (mark: HTMLElement): HTMLElement[] => [
  ...(mark.parentElement?.querySelectorAll<HTMLElement>(`[data-lane="${mark.dataset.lane}"]`) ?? []),
];

/** Hands focus on when its mark goes. */
function handOn(mark: HTMLElement): void {
  const marks = besides(mark);
  const track = mark.closest(".track")?.querySelector<HTMLElement>(".scrub");
  focusBeside(marks, marks.indexOf(mark), track);
}

function KeyframeMark(props: KeyframeMarkProps) {
  const { view, object, frame, absent, selected, reached, at, hit, onFocus } = props;
  const { session } = view;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(
    () => () => {
      if (button.current && document.activeElement === button.current) handOn(button.current);
    },
    [],
  );
  const menu = useMenuPlace();
  const go = () => {
    selectObject(session, object.id);
    session.keyframe.value = { object: object.id, frame };
    void session.playback.value?.seek(frame);
  };
  const remove = () => editing.deleteKeyframeAt(session, object.id, frame);
  const hover = (over: boolean) => {
    view.hoveredKeyframe.value = over ? { object: object.id, frame } : null;
  };
  const name = `${absent ? "Absent" : "Keyframe"} at ${frame}, ${object.name}`;
  return (
    <>
      <button
        ref={button}
        type="button"
        data-lane={object.id}
        class={`keyframe ${selected ? "selected" : ""} ${absent ? "absent" : ""}`}
        style={{
          transform: `translate(${hit[0]}px, ${at.y}px)`,
          width: `${hit[1] - hit[0]}px`,
          "--x": `${at.x - hit[0]}px`,
        }}
        tabIndex={reached ? 0 : -1}
        aria-label={name}
        data-tip={name}
        onMouseDown={leaveNoFocus}
        onFocus={onFocus}
        onPointerEnter={() => hover(true)}
        onPointerLeave={() => hover(false)}
        onClick={go}
        onContextMenu={menu.ask}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          const deletes = event.key === "Delete" || event.key === "Backspace";
          if (step === undefined && !deletes) return;
          event.preventDefault();
          event.stopPropagation();
          const marks = besides(event.currentTarget);
          if (step) marks[marks.indexOf(event.currentTarget) + step]?.focus();
          else if (!event.repeat) remove();
        }}
      />
      {menu.at && (
        <Menu
          label={name}
          at={menu.at}
          onClose={menu.close}
          items={[
            { label: `Go to frame ${frame}`, run: go },
            {
              label: "Not here",
              run: () => editing.markAbsentAt(session, object.id, frame),
              disabled: object.locked || absent,
            },
            { label: "Delete keyframe", run: remove, disabled: object.locked, danger: true },
          ]}
        />
      )}
    </>
  );
}

export function RangeHandles({ view }: ViewProps) {
  return (
    <>
      <RangeHandle view={view} which="in" />
      <RangeHandle view={view} which="out" />
    </>
  );
}

/** In or out: faint at the clip's end while it is not set, to be dragged or moved by arrow keys. */
function RangeHandle({ view, which }: ViewProps & { which: "in" | "out" }) {
  const { session } = view;
  const track = view.track.value;
  const handle = useRef<HTMLDivElement>(null);
  const last = track.frameCount - 1;
  const end = which === "in" ? 0 : last;
  const mark = session.marks.value[which];
  const frame = mark ?? end;
  const x = frameToX(track, which === "in" ? frame : frame + 1);
  const move = (to: number) => {
    const inside = clampFrame(to, track.frameCount);
    editing.setMark(session, which, inside === end ? null : inside);
  };
  const { ruler, strip } = view.sizes.value;
  return (
    <div
      ref={handle}
      class={`range-handle ${which} ${mark === null ? "unset" : ""}`}
      style={{ transform: `translateX(${x}px)`, top: `${ruler}px`, height: `${strip}px` }}
      role="slider"
      tabIndex={0}
      aria-label={which === "in" ? "In point" : "Out point"}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={frame}
      aria-valuetext={mark === null ? `Not set, frame ${frame}` : `Frame ${frame}`}
      hidden={x < 0 || x > track.width}
      onMouseDown={leaveNoFocus}
      onPointerDown={(event) => {
        if (event.button === 0) event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const left = handle.current?.parentElement?.getBoundingClientRect().left ?? 0;
        const at = event.clientX - left;
        // The out handle stands behind its frame.
        move(xToFrame(track, which === "in" ? at : at - track.width / track.shown / 2));
      }}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        move(frame + step * (event.shiftKey ? 10 : 1));
      }}
    />
  );
}

/** Where the part in sight lies within the clip; the wheel and the keys do what it does. */
export function ScrollBar({ view }: ViewProps) {
  const track = view.track.value;
  const grip = useRef<{ x: number; first: number } | null>(null);
  if (track.shown >= track.frameCount) return null;
  const share = track.width / track.frameCount;
  return (
    <div
      class="timeline-scroll"
      style={{
        transform: `translateX(${track.first * share}px)`,
        width: `${Math.max(24, track.shown * share)}px`,
      }}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.current = { x: event.clientX, first: track.first };
      }}
      onPointerMove={(event) => {
        if (!grip.current || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const wanted = grip.current.first + (event.clientX - grip.current.x) / share;
        view.pan(((wanted - track.first) / track.shown) * track.width);
      }}
    />
  );
}
