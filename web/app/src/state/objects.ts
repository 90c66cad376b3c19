/** What the user does with the objects of a project, beside clicking them. */

import * as client from "../api/client";
import type { ProjectObject } from "../api/types";
import { movedAll, type Move } from "../logic/moving";
import { dismiss } from "./notices";
import type { Session } from "./session";
import { undoOnly } from "./editing";

export type ObjectChange = Parameters<typeof client.updateObject>[2];

/** Adds an object and selects it; what is marked before it is there is meant for it already. */
export function addObject(session: Session): void {
  let made = "";
  const done = session.run(async () => {
    const before = new Set(session.project.value?.objects.map(({ id }) => id));
    const project = await client.addObject(session.id);
    made = project.objects.findLast(({ id }) => !before.has(id))?.id ?? "";
    // Whoever has selected another object since goes on with that one.
    if (made !== "" && session.coming === coming) selectObject(session, made);
    return project;
  });
  const coming = done.then(() => {
    if (session.coming === coming) session.coming = null;
    return made;
  });
  session.coming = coming;
}

export function selectObject(session: Session, object: string): void {
  session.coming = null;
  session.objectId.value = object;
  session.clickId.value = null;
  if (session.solo.value !== null) session.solo.value = object;
}

/** Selects the object above (-1) or below (1) the selected one. */
export function selectNext(session: Session, direction: 1 | -1): void {
  const objects = session.project.value?.objects ?? [];
  const at = objects.findIndex((object) => object.id === session.object.value?.id);
  const next = objects[at + direction];
  if (next) selectObject(session, next.id);
}

export function updateObject(session: Session, object: string, change: ObjectChange): void {
  void session.run(() => client.updateObject(session.id, object, change));
}

/** Deletes at once and offers to undo it, for as long as it is the last thing that was done. */
export function deleteObject(session: Session, object: ProjectObject): void {
  if (session.objectId.value === object.id) session.objectId.value = null;
  if (session.solo.value === object.id) session.solo.value = null;
  void session.run(async () => {
    const project = await client.deleteObject(session.id, object.id);
    const notice = session.offer(`Deleted “${object.name}”.`, "info", {
      label: "Undo",
      run: () => {
        dismiss(notice);
        undoOnly(session, project.version);
      },
    });
    const stop = session.project.subscribe((now) => {
      if ((now?.version ?? 0) <= project.version) return;
      dismiss(notice);
      queueMicrotask(() => stop());
    });
    return project;
  });
}

/** Shows one object alone on this page, or all that are visible again. */
export function toggleSolo(session: Session, object: string): void {
  session.solo.value = session.solo.value === object ? null : object;
}

/** Shows what is hidden or hides what is shown, as it is when its turn comes; so with the lock. */
export function toggleObject(session: Session, id: string, what: "visible" | "locked"): void {
  void session.run(async () => {
    const object = session.project.value?.objects.find((one) => one.id === id);
    return object ? client.updateObject(session.id, id, { [what]: !object[what] }) : null;
  });
}

/** Moves an object among those that there are when its turn comes; settles with the answer. */
export function moveObject(session: Session, move: Move): Promise<void> {
  return session.run(async () => {
    const objects = session.project.value?.objects ?? [];
    const order = movedAll(objects, [move]).map((object) => object.id);
    if (order.every((id, index) => id === objects[index]?.id)) return null;
    return client.orderObjects(session.id, order);
  });
}
