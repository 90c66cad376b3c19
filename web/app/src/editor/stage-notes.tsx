/** Words over the picture: how to begin, what is missing, what went wrong. */

import { contains } from "../logic/ranges";
import { noteBottom } from "../logic/viewport";
import type { Session } from "../state/session";
import { pictureSize } from "./stage-view";

interface StageNotesProps {
  session: Session;
  onLeave: () => void;
}

export function StageNotes({ session, onLeave }: StageNotesProps) {
  const playback = session.playback.value;
  const trouble = playback?.trouble.value;
  if (trouble?.fatal) {
    return (
      <div class="stage-cover" role="alert">
        <h1>
          {trouble.code === "webgl-unavailable"
            ? "This browser cannot draw the picture"
            : "The picture cannot be shown"}
        </h1>
        <p>{trouble.message}</p>
        <div class="row">
          <button type="button" class="button primary" onClick={() => location.reload()}>
            Reload the page
          </button>
          <button type="button" class="button" onClick={onLeave}>
            All projects
          </button>
        </div>
      </div>
    );
  }
  if (!playback?.shown.value) {
    return (
      <div class="stage-cover" role="status">
        <div class="spinner" />
        <p>Making the first picture…</p>
      </div>
    );
  }
  const note = noteOf(session);
  const bottom = noteBottom(session.stage.value, pictureSize(session), session.viewport.value);
  return note === null ? null : (
    <div class="stage-note" role="status" style={{ bottom: `${bottom}px` }}>
      {note}
    </div>
  );
}

function noteOf(session: Session): string | null {
  const playback = session.playback.value;
  const project = session.project.value;
  if (!playback || !project) return null;
  if (playback.buffering.value) return "Buffering…";
  const clicked = project.objects.some((object) => object.keyframes.length > 0);
  if (!clicked && session.draft.value.added.length === 0) {
    return "Click the object to keep. Alt-click what does not belong.";
  }
  if (playback.matte.value === "pending" && session.view.value !== "original") {
    return "Mask pending";
  }
  const frame = session.frame.value;
  const stale = contains(session.stale.value, frame);
  const keyframe = session.object.value?.keyframes.some((entry) => entry.frame === frame);
  if (stale && keyframe !== true && playback.matte.value === "paired") {
    return "From before your last corrections; apply to update";
  }
  return null;
}
