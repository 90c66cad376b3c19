/** What the user does to the project as a whole: keyframes, undo, Apply; clicks are in marking.ts. */

import * as client from "../api/client";
import type { Work } from "../api/types";
import { keyframesOf } from "../logic/clicks";
import { EMPTY_DRAFT } from "../logic/draft";
import { contains } from "../logic/ranges";
import { nextKeyframe, previousKeyframe } from "../logic/timeline";
import { beginMeasure, dropMeasure } from "./latency";
import { notify } from "./notices";
import type { Session } from "./session";

/** The work that was asked for, until the server tells of it. */
const BEGINNING: Work = { state: "running", done: 0, total: 0, remaining_s: null, detail: null };

export function deleteKeyframe(session: Session): void {
  const object = session.object.value;
  const frame = session.frame.value;
  if (!object || !keyframesOf(object).includes(frame)) return;
  deleteKeyframeAt(session, object.id, frame);
}

/** Deletes the keyframe that was chosen on the timeline, if it is the one that is shown. */
export function deleteChosenKeyframe(session: Session): void {
  const chosen = session.keyframe.value;
  if (chosen && chosen.object === session.object.value?.id && chosen.frame === session.frame.value) {
    deleteKeyframe(session);
  }
}

/** Says that an object is not on a frame, whichever is shown. */
export function markAbsentAt(session: Session, object: string, frame: number): void {
  void session.run(() => client.keepFrame(session.id, object, frame, true));
}

export function deleteKeyframeAt(session: Session, object: string, frame: number): void {
  void session.run(() => client.deleteKeyframe(session.id, object, frame));
}

/**
 * Whether the selected object's propagated mask of this frame is there: with its segment, or before
 * that is made.
 */
export function isPropagated(session: Session): boolean {
  const { frame, object, stale, ready, current, playback } = session;
  if (!object.value || contains(stale.value, frame.value)) return false;
  const buffered = playback.value?.buffered.value[object.value.id] ?? [];
  return contains(ready.value, frame.value) || (current.value && contains(buffered, frame.value));
}

/** Whether the selected object has a propagated mask here that could be kept as a keyframe. */
export function canKeep(session: Session): boolean {
  return !keyframesOf(session.object.value).includes(session.frame.value) && isPropagated(session);
}

/** Keeps the mask that is shown as a keyframe, or says that the object is not on this frame. */
export function keepFrame(session: Session, absent: boolean): void {
  const object = session.object.value;
  const frame = session.frame.value;
  if (!object || !(absent || canKeep(session))) return;
  session.playback.value?.pin();
  void session.run(() => client.keepFrame(session.id, object.id, frame, absent));
}

/** Whether there is anything to undo is asked when its turn comes, after what was done before. */
export function undo(session: Session): void {
  session.edges.commit();
  void session.run(
    async () => {
      return session.project.value?.can_undo ? client.undo(session.id) : null;
    },
    () => clearDraft(session),
  );
}

/** Undoes what led to a version of the project, unless something else was done since. */
export function undoOnly(session: Session, version: number): void {
  void session.run(
    async () => {
      if (session.project.value?.version === version) {
        return client.undo(session.id);
      }
      notify("Something else was done since; Undo goes back step by step.");
      return null;
    },
    () => clearDraft(session),
  );
}

export function redo(session: Session): void {
  session.edges.commit();
  void session.run(
    async () => {
      return session.project.value?.can_redo ? client.redo(session.id) : null;
    },
    () => clearDraft(session),
  );
}

/** Undoes or redoes everything up to a step of the history; `reached` is called once it is so. */
export function goToStep(session: Session, step: number, reached: () => void): void {
  session.edges.commit();
  void session.run(
    async () => {
      session.accept(await client.goToStep(session.id, step));
      reached();
      return null;
    },
    () => clearDraft(session),
  );
}

/** Propagates all changes, those on their way to the server included, the playhead's segment first. */
export function apply(session: Session): void {
  if (session.busy.value === 0 && !hasWork(session)) return;
  const playhead = session.frame.value;
  const before = session.work.value;
  const putBack = () => {
    dropMeasure("apply");
    if (session.work.value === BEGINNING) session.work.value = before;
  };
  beginMeasure("apply");
  session.work.value = BEGINNING;
  void session.run(async () => {
    try {
      if (hasWork(session)) {
        const { revision } = await client.apply(session.id, playhead);
        // Its masks are awaited: they are asked for while the project is read.
        session.shownRevision.expect(revision);
        return await client.readProject(session.id);
      }
    } catch (error) {
      putBack();
      throw error;
    }
    putBack();
    return null;
  });
}

/** Whether an Apply would make anything, as far as the server has answered. */
function hasWork(session: Session): boolean {
  return session.canApply.value || session.missing.value > 0;
}

export function cancelWork(session: Session): void {
  dropMeasure("apply");
  void session.run(async () => {
    await client.cancelWork(session.id);
    // Work that had not begun ends without an event.
    if (session.work.value === BEGINNING) session.work.value = { ...BEGINNING, state: "cancelled" };
    return null;
  });
}

export function renameProject(session: Session, name: string): void {
  document.title = `${name} · Mattebox`;
  void session.run(() => client.renameProject(session.id, name));
}

export function goToKeyframe(session: Session, direction: 1 | -1): void {
  const keyframes = keyframesOf(session.object.value);
  const find = direction > 0 ? nextKeyframe : previousKeyframe;
  const target = find(keyframes, session.frame.value);
  if (target !== null) void session.playback.value?.seek(target);
}

/** In point (`in`) or out point (`out`, the last frame that belongs) at the playhead. */
export function mark(session: Session, which: "in" | "out"): void {
  setMark(session, which, session.frame.value);
}

/** Sets or clears one of the marks; the other one goes where it would stand on the wrong side. */
export function setMark(session: Session, which: "in" | "out", frame: number | null): void {
  const marks = { ...session.marks.value, [which]: frame };
  if (marks.in !== null && marks.out !== null && marks.in > marks.out) {
    marks[which === "in" ? "out" : "in"] = null;
  }
  session.marks.value = marks;
}

/** Before and after with a wipe in the middle, or no wipe any more. */
export function toggleWipe(session: Session): void {
  const wiped = session.wipe.value !== null || session.compare.value !== null;
  session.compare.value = null;
  session.wipe.value = wiped ? null : 0.5;
}

export function clearMarks(session: Session): void {
  session.marks.value = { in: null, out: null };
}

function clearDraft(session: Session): void {
  if (session.busy.value <= 1) session.draft.value = EMPTY_DRAFT;
}
