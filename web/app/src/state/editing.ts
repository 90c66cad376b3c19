/** What the user does to the project: clicks, objects, undo, Apply. */

import * as client from "../api/client";
import type { Project, Work } from "../api/types";
import { EMPTY_DRAFT, keyframesOf, type Draft } from "../logic/clicks";
import { nextKeyframe, previousKeyframe } from "../logic/timeline";
import { beginMeasure, dropMeasure } from "./latency";
import type { Session } from "./session";

/** The work that was asked for, until the server tells of it. */
const BEGINNING: Work = { state: "running", done: 0, total: 0, remaining_s: null, detail: null };

let lastPending = 0;

/** A click at a picture point (0..1) on the frame that is shown. */
export function addClick(session: Session, x: number, y: number, include: boolean): void {
  const playback = session.playback.value;
  if (!session.project.value || !playback) return;
  if (playback.playing.value) playback.pause();
  const frame = session.frame.value;
  const id = `pending-${(lastPending += 1)}`;
  const object = session.object.value?.id ?? "";
  beginMeasure("click");
  editDraft(session, (draft) => ({
    ...draft,
    added: [...draft.added, { id, x, y, include, object, frame }],
  }));
  session.clickId.value = null;
  session.pointsShown.value = true;
  void session.run(
    async () => {
      const target = await ensureObject(session);
      return client.addClick(session.id, target, frame, { x, y, include });
    },
    () =>
      editDraft(session, (draft) => ({
        ...draft,
        added: draft.added.filter((click) => click.id !== id),
      })),
  );
}

/** A project may have no object yet: the first click makes one. */
async function ensureObject(session: Session): Promise<string> {
  const existing = session.object.value;
  if (existing) return existing.id;
  const project = await client.addObject(session.id);
  session.accept(project);
  return project.objects[0]?.id ?? "";
}

/** Shows a click elsewhere while it is dragged. */
export function dragClick(session: Session, click: string, x: number, y: number): void {
  editDraft(session, (draft) => ({ ...draft, moved: { ...draft.moved, [click]: { x, y } } }));
}

export function dropClick(session: Session, click: string): void {
  const at = session.draft.value.moved[click];
  const object = session.object.value?.id;
  const frame = session.frame.value;
  if (!at || !object) return;
  beginMeasure("click");
  void session.run(
    () => client.updateClick(session.id, object, frame, click, at),
    () =>
      editDraft(session, (draft) => {
        // A later drag of the same point goes on.
        const rest = Object.entries(draft.moved).filter(([id, to]) => id !== click || to !== at);
        return { ...draft, moved: Object.fromEntries(rest) };
      }),
  );
}

export function deleteClick(session: Session, click: string): void {
  const object = session.object.value?.id;
  const frame = session.frame.value;
  if (!object || click.startsWith("pending-")) return;
  if (session.clickId.value === click) session.clickId.value = null;
  editDraft(session, (draft) => ({ ...draft, removed: [...draft.removed, click] }));
  void session.run(
    () => client.deleteClick(session.id, object, frame, click),
    () =>
      editDraft(session, (draft) => ({
        ...draft,
        removed: draft.removed.filter((id) => id !== click),
      })),
  );
}

/** Turns an include click into an exclude click and back. */
export function flipClick(session: Session, click: string, include: boolean): void {
  const object = session.object.value?.id;
  const frame = session.frame.value;
  if (!object) return;
  void session.run(() => client.updateClick(session.id, object, frame, click, { include }));
}

export function deleteKeyframe(session: Session): void {
  const object = session.object.value;
  const frame = session.frame.value;
  if (!object || !keyframesOf(object).includes(frame)) return;
  void session.run(() => client.deleteKeyframe(session.id, object.id, frame));
}

/** Whether there is anything to undo is asked when its turn comes, after what was done before. */
export function undo(session: Session): void {
  void session.run(
    async () => (session.project.value?.can_undo ? client.undo(session.id) : null),
    () => clearDraft(session),
  );
}

export function redo(session: Session): void {
  void session.run(
    async () => (session.project.value?.can_redo ? client.redo(session.id) : null),
    () => clearDraft(session),
  );
}

/** Propagates all changes, the playhead's segment first. */
export function apply(session: Session): void {
  const playhead = session.frame.value;
  const before = session.work.value;
  beginMeasure("apply");
  session.work.value = BEGINNING;
  void session.run(async () => {
    try {
      await client.apply(session.id, playhead);
    } catch (error) {
      session.work.value = before;
      throw error;
    }
    return client.readProject(session.id);
  });
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

export function addObject(session: Session): void {
  const before = new Set(session.project.value?.objects.map((object) => object.id));
  void session.run(async () => select(session, before, await client.addObject(session.id)));
}

function select(session: Session, before: ReadonlySet<string>, project: Project): Project {
  const added = project.objects.find((object) => !before.has(object.id));
  if (added) selectObject(session, added.id);
  return project;
}

export function selectObject(session: Session, object: string): void {
  session.objectId.value = object;
  session.clickId.value = null;
}

export function updateObject(
  session: Session,
  object: string,
  change: { name?: string; color?: string },
): void {
  void session.run(() => client.updateObject(session.id, object, change));
}

export function deleteObject(session: Session, object: string): void {
  if (session.objectId.value === object) session.objectId.value = null;
  void session.run(() => client.deleteObject(session.id, object));
}

/** Shows or hides an object's matte on the stage only. */
export function toggleObject(session: Session, object: string): void {
  const hidden = new Set(session.hidden.value);
  if (!hidden.delete(object)) hidden.add(object);
  session.hidden.value = hidden;
}

export function goToKeyframe(session: Session, direction: 1 | -1): void {
  const keyframes = keyframesOf(session.object.value);
  const find = direction > 0 ? nextKeyframe : previousKeyframe;
  const target = find(keyframes, session.frame.value);
  if (target !== null) void session.playback.value?.seek(target);
}

/** In point (`in`) or out point (`out`, the last frame that belongs) at the playhead. */
export function mark(session: Session, which: "in" | "out"): void {
  const frame = session.frame.value;
  const marks = { ...session.marks.value, [which]: frame };
  if (marks.in !== null && marks.out !== null && marks.in > marks.out) {
    marks[which === "in" ? "out" : "in"] = null;
  }
  session.marks.value = marks;
}

export function clearMarks(session: Session): void {
  session.marks.value = { in: null, out: null };
}

function editDraft(session: Session, change: (draft: Draft) => Draft): void {
  session.draft.value = change(session.draft.value);
}

function clearDraft(session: Session): void {
  if (session.busy.value <= 1) session.draft.value = EMPTY_DRAFT;
}
