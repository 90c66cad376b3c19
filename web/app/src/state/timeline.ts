/** Zoom of the timeline, as commands of keys and buttons. */

import { wholeClip, zoomTrack } from "../logic/timeline";
import type { Session } from "./session";

/** What counts as the timeline's width where its own is not known: a common one. */
const ABOUT = 1000;

/** Zooms about the playhead; above 1 shows fewer frames. */
export function zoomTimeline(session: Session, factor: number): void {
  const frameCount = session.project.value?.clip.frame_count ?? 1;
  const window = session.timeWindow.value ?? wholeClip(frameCount);
  const track = { ...window, width: ABOUT, frameCount };
  const playhead = ((session.frame.value + 0.5 - window.first) / window.shown) * ABOUT;
  const inSight = playhead >= 0 && playhead <= ABOUT;
  const next = zoomTrack(track, factor, inSight ? playhead : ABOUT / 2);
  session.timeWindow.value = next.shown < frameCount ? next : null;
}

export function fitTimeline(session: Session): void {
  session.timeWindow.value = null;
}
