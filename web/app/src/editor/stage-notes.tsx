/** Words over the picture: how to begin, what is missing, what went wrong. */

import { contains } from "../logic/ranges";
import { noteBottom } from "../logic/viewport";
import type { Session } from "../state/session";
import { Icon, type IconName } from "../ui/icons";
import { pictureSize } from "./stage-view";

interface StageNotesProps {
  session: Session;
  onLeave: () => void;
}

export function StageNotes({ session, onLeave }: StageNotesProps) {
  const playback = session.playback.value;
  const trouble = playback?.trouble.value;
  if (trouble?.fatal) {
    const drawing = trouble.code === "webgl-unavailable";
    return (
      <div class="stage-cover" role="alert">
        <Icon name="warning" />
        <h1>{drawing ? "This browser cannot draw the picture" : "The picture cannot be shown"}</h1>
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
  if (note === null) return null;
  const bottom = noteBottom(session.stage.value, pictureSize(session), session.viewport.value);
  return (
    <div class={`stage-note ${note.kind}`} role="status" style={{ bottom: `${bottom}px` }}>
      {note.kind === "wait" && <div class="spinner small" />}
      {note.icon && <Icon name={note.icon} />}
      {note.text}
    </div>
  );
}

interface Note {
  readonly kind: "hint" | "wait" | "warn";
  readonly text: string;
  readonly icon?: IconName;
}

function noteOf(session: Session): Note | null {
  const playback = session.playback.value;
  const project = session.project.value;
  if (!playback || !project) return null;
  if (playback.lost.value) {
    return { kind: "wait", text: "The graphics were reset; the picture comes back by itself" };
  }
  if (playback.buffering.value) return { kind: "wait", text: "Buffering…" };
  const { draft } = session;
  const said = project.objects.some((object) => object.keyframes.length > 0);
  if (!said && draft.value.added.length === 0 && draft.value.prompts.length === 0) {
    return firstUse(session);
  }
  if (playback.matte.value === "pending" && session.view.value !== "original") {
    return { kind: "wait", text: session.awaitsCuts.value ? "Looking for cuts…" : "Mask pending" };
  }
  const against = playback.shown.value?.against;
  if (session.compare.value && against?.matte === "pending") {
    return { kind: "wait", text: `Mask of revision ${against.revision} pending` };
  }
  const object = session.object.value;
  if (object && !session.shownObjects.value.has(object.id)) {
    return { kind: "warn", text: `${object.name} is hidden`, icon: "eye-off" };
  }
  const frame = session.frame.value;
  const stale = contains(session.stale.value, frame);
  const keyframe = object?.keyframes.some((entry) => entry.frame === frame);
  if (stale && keyframe !== true && playback.matte.value === "paired") {
    return { kind: "warn", text: "From before your last corrections; apply to update", icon: "retry" };
  }
  return null;
}

/** What to do first, with the tool in hand. */
function firstUse(session: Session): Note {
  switch (session.tool.value) {
    case "box":
      return { kind: "hint", icon: "box", text: "Drag a box around the object to keep" };
    case "brush":
      return { kind: "hint", icon: "brush", text: "Paint the object to keep" };
    case "lasso":
      return { kind: "hint", icon: "lasso", text: "Draw around the object to keep" };
    default:
      return {
        kind: "hint",
        icon: "include",
        text: "Click the object to keep, or drag a box around it. Alt-click what does not belong.",
      };
  }
}
