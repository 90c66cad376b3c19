/** Left of the timeline: its zoom, ways from keyframe to keyframe, the lanes' names. */

import { useEffect, useRef } from "preact/hooks";
import type { ProjectObject } from "../api/types";
import type { Fix } from "../logic/gain";
import type { Lane } from "../logic/timeline";
import { goToFix, hasConfidence } from "../state/confidence";
import * as editing from "../state/editing";
import { deleteObject, selectObject } from "../state/objects";
import { fitTimeline, zoomTimeline } from "../state/timeline";
import { IconButton } from "../ui/controls";
import { focusBeside } from "../ui/focus";
import { Icon } from "../ui/icons";
import { useMenuPlace } from "../ui/menu";
import { ObjectMenu } from "./object-menu";
import type { TimelineView } from "./timeline-view";

export function TimelineHeader({ view }: { view: TimelineView }) {
  const { ruler, strip } = view.sizes.value;
  return (
    <div class="timeline-header">
      <ZoomButtons view={view} height={ruler} />
      <Ways view={view} height={strip + 2} />
      <LaneNames view={view} />
    </div>
  );
}

function ZoomButtons({ view, height }: { view: TimelineView; height: number }) {
  const { session } = view;
  const zoomed = session.timeWindow.value !== null;
  return (
    <div class="row timeline-zoom" style={{ height: `${height}px` }}>
      <IconButton
        icon="zoom-out"
        label="Zoom the timeline out"
        command="timeline-out"
        disabled={!zoomed}
        onClick={() => zoomTimeline(session, 0.5)}
      />
      <IconButton
        icon="zoom-in"
        label="Zoom the timeline in"
        command="timeline-in"
        onClick={() => zoomTimeline(session, 2)}
      />
      <IconButton
        icon="fit-width"
        label="Show the whole clip"
        command="timeline-fit"
        disabled={!zoomed}
        onClick={() => fitTimeline(session)}
      />
    </div>
  );
}

function Ways({ view, height }: { view: TimelineView; height: number }) {
  const { session } = view;
  const keyframes = (session.object.value?.keyframes.length ?? 0) > 0;
  return (
    <div class="row timeline-ways" style={{ height: `${height}px` }}>
      <IconButton
        icon="previous-keyframe"
        label="Previous keyframe"
        command="previous-keyframe"
        disabled={!keyframes}
        onClick={() => editing.goToKeyframe(session, -1)}
      />
      <IconButton
        icon="next-keyframe"
        label="Next keyframe"
        command="next-keyframe"
        disabled={!keyframes}
        onClick={() => editing.goToKeyframe(session, 1)}
      />
      <IconButton
        icon="weak"
        label="Next frame to fix"
        tip={tipOf(session.fixes.value)}
        command="next-to-fix"
        disabled={!hasConfidence(session)}
        onClick={() => goToFix(session)}
      />
    </div>
  );
}

function tipOf([first]: readonly Fix[]): string {
  return first ? `Next frame to fix: ${first.frame} gains most` : "Next frame to fix";
}

function LaneNames({ view }: { view: TimelineView }) {
  const { session } = view;
  const list = useRef<HTMLDivElement>(null);
  const scroll = view.laneScroll.value;
  useEffect(() => {
    if (list.current) list.current.scrollTop = scroll;
  }, [scroll]);
  const objects = session.project.value?.objects ?? [];
  const selected = session.object.value?.id;
  useEffect(() => {
    const lane = view.lanes.peek().find(({ id }) => id === selected);
    if (!lane) return;
    const bottom = lane.top + lane.height - view.lanesShown.peek();
    const at = view.laneScroll.peek();
    view.scrollLanes(Math.min(lane.top, Math.max(at, bottom)) - at);
  }, [selected, objects.length]);
  const remove = (object: ProjectObject, byKey: boolean) => {
    deleteObject(session, object);
    if (!byKey) return;
    const names = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const index = view.lanes.value.findIndex(({ id }) => id === object.id);
    focusBeside(names, index, document.querySelector<HTMLElement>(".scrub"));
  };
  return (
    <div
      ref={list}
      class="lane-names"
      style={{ height: `${view.lanesShown.value}px` }}
      onScroll={(event) => {
        view.laneScroll.value = event.currentTarget.scrollTop;
      }}
    >
      {objects.length === 0 && <span class="lane-name empty">No object yet</span>}
      {view.lanes.value.map((lane) => {
        const object = objects.find(({ id }) => id === lane.id);
        return (
          object && (
            <LaneName
              key={lane.id}
              view={view}
              lane={lane}
              object={object}
              onDelete={(byKey) => remove(object, byKey)}
            />
          )
        );
      })}
    </div>
  );
}

interface LaneNameProps {
  view: TimelineView;
  lane: Lane;
  object: ProjectObject;
  onDelete: (byKey: boolean) => void;
}

function LaneName({ view, lane, object, onDelete }: LaneNameProps) {
  const { session } = view;
  const selected = session.object.value?.id === object.id;
  const menu = useMenuPlace();
  return (
    <>
      <button
        type="button"
        class={`lane-name ${selected ? "selected" : ""}`}
        style={{ height: `${lane.height}px` }}
        aria-pressed={selected}
        aria-label={`Lane of ${object.name}`}
        onClick={() => selectObject(session, object.id)}
        onContextMenu={menu.ask}
      >
        <span class="dot" style={{ background: object.color }} />
        <span class="lane-title">{object.name}</span>
        {object.locked && <Icon name="lock" />}
      </button>
      {menu.at && (
        <ObjectMenu
          session={session}
          object={object}
          at={menu.at}
          onClose={menu.close}
          onDelete={onDelete}
        />
      )}
    </>
  );
}
