/** What the user says about a frame: clicks and prompts, shown at once and answered later. */

import * as client from "../api/client";
import type { NewPrompt } from "../api/types";
import type { Draft } from "../logic/clicks";
import type { Mask } from "../logic/paint";
import { nameOf } from "../logic/prompts";
import type { Point } from "../logic/viewport";
import { beginMeasure } from "./latency";
import type { Place } from "./masks";
import { notify } from "./notices";
import { Paint } from "./paint";
import type { Session } from "./session";
import type { Preview } from "./toolbox";

let lastPending = 0;

const nextId = () => `pending-${(lastPending += 1)}`;

/** Include to exclude, add to erase, and back. */
export function swapTool({ tool, toolbox }: Session): void {
  if (tool.value === "brush" || tool.value === "lasso") {
    toolbox.setStroke({ erase: !toolbox.stroke.value.erase });
  } else {
    tool.value = tool.value === "include" ? "exclude" : "include";
  }
}

/** A click at a picture point (0..1) on the frame that is shown; `since` is when it was given. */
export function addClick(session: Session, at: Point, include: boolean, since?: number): void {
  const { toolbox } = session;
  const { x, y } = at;
  const target = aim(session);
  if (!target) return;
  const { object, frame } = target;
  const id = nextId();
  session.pointsShown.value = true;
  beginMeasure("click", since);
  toolbox.deed = `${include ? "Include" : "Exclude"} click at ${percents(at)}`;
  editDraft(session, (draft) => ({
    ...draft,
    added: [...draft.added, { id, x, y, include, object, frame }],
  }));
  const foreseen = foreseenMask(session, { object: object || null, frame, at, include });
  let release: () => void = () => undefined;
  const foresee = (known: string) => {
    if (foreseen) release = showForeseen(session, { object: known, frame }, foreseen);
  };
  if (object !== "") foresee(object);
  void session.run(
    async () => {
      const made = await ensureObject(session);
      if (object === "") foresee(made);
      return client.addClick(session.id, made, frame, { x, y, include });
    },
    () => {
      release();
      editDraft(session, (draft) => ({
        ...draft,
        added: draft.added.filter((click) => click.id !== id),
      }));
    },
  );
}

/** A box, stroke or lasso. `paint` is what a direct edit has drawn already. */
export function addPrompt(session: Session, prompt: NewPrompt, paint?: Paint | null): void {
  const target = aim(session);
  if (!target) {
    paint?.end();
    return;
  }
  const { object, frame } = target;
  const direct = prompt.kind !== "box" && prompt.direct;
  const id = nextId();
  const painted = direct ? (paint ?? Paint.begin(session)) : null;
  painted?.draw(prompt);
  if (!direct) {
    session.pointsShown.value = true;
    beginMeasure("click");
  }
  session.toolbox.deed = nameOf(prompt);
  // Paint shows itself; anything else shows as what was drawn, until its mask is here.
  if (!painted) {
    editDraft(session, (draft) => ({
      ...draft,
      prompts: [...draft.prompts, { id, object, frame, prompt }],
    }));
  }
  void session.run(
    async () => client.addPrompt(session.id, await ensureObject(session), frame, prompt),
    () => {
      painted?.end();
      editDraft(session, (draft) => ({
        ...draft,
        prompts: draft.prompts.filter((entry) => entry.id !== id),
      }));
    },
  );
}

/** Shows a click elsewhere while it is dragged. */
export function dragClick(session: Session, click: string, { x, y }: Point): void {
  if (!isClick(session, click)) return;
  editDraft(session, (draft) => ({ ...draft, moved: { ...draft.moved, [click]: { x, y } } }));
}

/** Puts a dragged click back where it was. */
export function leaveClick(session: Session, click: string): void {
  editDraft(session, (draft) => ({ ...draft, moved: without(draft.moved, click) }));
}

export function dropClick(session: Session, click: string): void {
  const at = session.draft.value.moved[click];
  const object = session.object.value?.id;
  const frame = session.frame.value;
  if (!at || !object) return;
  beginMeasure("click");
  session.toolbox.deed = `Point moved to ${percents(at)}`;
  void session.run(
    () => client.updateClick(session.id, object, frame, click, at),
    () =>
      editDraft(session, (draft) => ({
        ...draft,
        // A later drag of the same point goes on.
        moved: draft.moved[click] === at ? without(draft.moved, click) : draft.moved,
      })),
  );
}

/** Deletes a click or a prompt of the frame that is shown. */
export function deleteMark(session: Session, mark: string): void {
  const object = session.object.value?.id;
  const frame = session.frame.value;
  if (!object || mark.startsWith("pending-")) return;
  const remove = isClick(session, mark) ? client.deleteClick : client.deletePrompt;
  if (session.clickId.value === mark) session.clickId.value = null;
  session.toolbox.deed = "Deleted";
  editDraft(session, (draft) => ({ ...draft, removed: [...draft.removed, mark] }));
  void session.run(
    () => remove(session.id, object, frame, mark),
    () =>
      editDraft(session, (draft) => ({
        ...draft,
        removed: draft.removed.filter((id) => id !== mark),
      })),
  );
}

/** Turns an include click into an exclude click and back. */
export function flipClick(session: Session, click: string, include: boolean): void {
  const object = session.object.value?.id;
  const frame = session.frame.value;
  if (!object) return;
  beginMeasure("click");
  session.toolbox.deed = include ? "Point includes" : "Point excludes";
  void session.run(() => client.updateClick(session.id, object, frame, click, { include }));
}

export function isClick(session: Session, mark: string): boolean {
  const frame = session.frame.value;
  const keyframe = session.object.value?.keyframes.find((entry) => entry.frame === frame);
  return keyframe?.clicks.some(({ id }) => id === mark) ?? false;
}

/** Says so where the object at hand is locked; the server would refuse whatever is marked. */
export function refuseLocked(session: Session): boolean {
  const object = session.object.value;
  if (!object?.locked) return false;
  notify(`${object.name} is locked; unlock it to change it.`);
  return true;
}

/** What an edit is made to; it stops playback. Null while nothing is shown. */
function aim(session: Session): { readonly object: string; readonly frame: number } | null {
  const playback = session.playback.value;
  if (!session.project.value || !playback) return null;
  if (playback.playing.value) playback.pause();
  session.clickId.value = null;
  return { object: session.object.value?.id ?? "", frame: session.frame.value };
}

/** A project may have no object yet: the first click makes one. */
async function ensureObject(session: Session): Promise<string> {
  const existing = session.object.value;
  if (existing) return existing.id;
  const project = await client.addObject(session.id);
  session.accept(project);
  return project.objects[0]?.id ?? "";
}

/** The mask that the hover preview found for this very click. */
function foreseenMask({ toolbox }: Session, click: Omit<Preview, "mask">): Mask | null {
  const preview = toolbox.preview.value;
  toolbox.preview.value = null;
  return preview && isOf(preview, click) ? preview.mask : null;
}

/** Shows it until the returned function is called and the server's own mask is here. */
function showForeseen({ masks }: Session, place: Place, mask: Mask): () => void {
  if (!masks) return () => undefined;
  const release = masks.hold(place);
  masks.show(place, mask);
  return release;
}

function isOf(preview: Preview, click: Omit<Preview, "mask">): boolean {
  return (
    preview.object === click.object &&
    preview.frame === click.frame &&
    preview.include === click.include &&
    preview.at.x === click.at.x &&
    preview.at.y === click.at.y
  );
}

const percents = ({ x, y }: Point) => `${Math.round(x * 100)} %, ${Math.round(y * 100)} %`;

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

function editDraft(session: Session, change: (draft: Draft) => Draft): void {
  session.draft.value = change(session.draft.value);
}
