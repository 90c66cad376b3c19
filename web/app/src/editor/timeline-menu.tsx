/** The menu of a place on the timeline: in and out there, and how much of the clip is in sight. */

import * as editing from "../state/editing";
import { fitTimeline } from "../state/timeline";
import { Menu } from "../ui/menu";
import { keysOf } from "../ui/platform";
import type { TimelineView } from "./timeline-view";

export interface TimelinePlace {
  readonly frame: number;
  readonly at: { readonly x: number; readonly y: number };
}

interface TimelineMenuProps {
  view: TimelineView;
  place: TimelinePlace;
  onClose: () => void;
}

export function TimelineMenu({ view, place, onClose }: TimelineMenuProps) {
  const { session } = view;
  const { frame, at } = place;
  const { in: start, out } = session.marks.value;
  return (
    <Menu
      label={`Frame ${frame}`}
      at={at}
      onClose={onClose}
      items={[
        { label: `Go to frame ${frame}`, run: () => void session.playback.value?.seek(frame) },
        { label: "In point here", run: () => editing.setMark(session, "in", frame), apart: true },
        { label: "Out point here", run: () => editing.setMark(session, "out", frame) },
        {
          label: "Clear in and out",
          keys: keysOf("clear-marks"),
          disabled: start === null && out === null,
          run: () => editing.clearMarks(session),
        },
        {
          label: "Show the whole clip",
          keys: keysOf("timeline-fit"),
          disabled: session.timeWindow.value === null,
          apart: true,
          run: () => fitTimeline(session),
        },
      ]}
    />
  );
}
