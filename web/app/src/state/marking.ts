/** What the user says about a frame: clicks and prompts, shown at once and answered later. */

import * as client from "../api/client";
import type { NewPrompt } from "../api/types";
import type { Draft } from "../logic/draft";
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

/** What an edit is made to, as it was when the hand began it. */
export interface Target {
  /** Empty where there is none yet. */
  readonly object: string;
  readonly frame: number;
  /** The object that was asked for before, once it is made; null: the edit itself makes one. */
  readonly coming: Promise<string> | null;
}

/** Takes what is in sight as the target and has it stay in sight. Null while nothing is shown. */
export function aim(session: Session): Target | null {
  const playback = session.playback.value;
  return session.project.value && playback?.shown.value ? targetOn(session, playback.pin()) : null;
}

/** The selected object on a frame, or the one that will be selected once it is made. */
export function targetOn(session: Session, frame: number): Target {
  const { coming } = session;
  return { object: coming ? "" : (session.object.value?.id ?? ""), frame, coming };
}

/** A click at a picture point (0..1). */
export interface GivenClick {
  readonly at: Point;
  readonly include: boolean;
  /** When it was given, by the page's clock. */
  readonly since?: number;
}

export function addClick(session: Session, target: Target, click: GivenClick): void {
  const { toolbox } = session;
  const { at, include, since } = click;
  const { x, y } = at;
  const { object, frame } = target;
  const id = nextId();
  // First of all: what follows leaves nothing to preview.
  const foreseen = foreseenMask(session, { object: object || null, frame, at, include });
  session.clickId.value = null;
  session.pointsShown.value = true;
  beginMeasure("click", since);
  toolbox.deed = `${include ? "Include" : "Exclude"} click at ${percents(at)}`;
  editDraft(session, (draft) => ({
    ...draft,
    added: [...draft.added, { id, x, y, include, object, frame }],
  }));
  const releases = new Map<string, () => void>();
  const foresee = (known: string) => {
    if (!foreseen || releases.has(known)) return;
    releases.set(known, showForeseen(session, { object: known, frame }, foreseen));
  };
  if (!target.coming) foresee(object || client.NEW_OBJECT);
  void session.run(
    async () => {
      const meant = await meantObject(session, target);
      if (meant === "") return null;
      foresee(meant);
      const project = await client.addClick(session.id, meant, frame, { x, y, include });
      // Under its own name before the project that knows it: there is no picture without the mask.
      if (meant === client.NEW_OBJECT) foresee(project.objects.at(-1)?.id ?? meant);
      return project;
    },
    () => {
      for (const release of releases.values()) release();
      editDraft(session, (draft) => ({
        ...draft,
        added: draft.added.filter((click) => click.id !== id),
      }));
    },
  );
}

/** A box, stroke or lasso. `paint` is what a direct edit has drawn already. */
export function addPrompt(
  session: Session,
  target: Target,
  prompt: NewPrompt,
  paint?: Paint | null,
): void {
  const { object, frame } = target;
  const direct = prompt.kind !== "box" && prompt.direct;
  const id = nextId();
  session.clickId.value = null;
  const painted = direct ? (paint ?? Paint.begin(session, target)) : null;
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
    async () => {
      const meant = await meantObject(session, target);
      return meant === "" ? null : client.addPrompt(session.id, meant, frame, prompt);
    },
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

export function dropClick(session: Session, target: Target, click: string): void {
  const at = session.draft.value.moved[click];
  const { object, frame } = target;
  if (!at || object === "") return;
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

/** Lets go of the selected mark when another frame comes, until the returned function is called. */
export function followSelection(session: Session): () => void {
  return session.frame.subscribe((frame) => {
    session.clickId.value = null;
    if (session.keyframe.value?.frame !== frame) session.keyframe.value = null;
  });
}

/** Deletes a click or a prompt of the frame that is shown. */
export function deleteMark(session: Session, mark: string): void {
  const object = session.object.value?.id;
  const frame = session.frame.value;
  if (!object || !isOn(session, mark, frame)) return;
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
  const keyframes = session.object.value?.keyframes ?? [];
  return keyframes.some(({ clicks }) => clicks.some(({ id }) => id === mark));
}

/** Whether the object at hand has a click or prompt on a frame. */
function isOn(session: Session, mark: string, frame: number): boolean {
  const keyframe = session.object.value?.keyframes.find((entry) => entry.frame === frame);
  return [...(keyframe?.clicks ?? []), ...(keyframe?.prompts ?? [])].some(({ id }) => id === mark);
}

/** Says so where the object at hand is locked; the server would refuse whatever is marked. */
export function refuseLocked(session: Session): boolean {
  const object = session.object.value;
  if (!object?.locked || session.coming) return false;
  notify(`${object.name} is locked; unlock it to change it.`);
  return true;
}

/**
 * What the server is to be told. A project may have no object yet: the first mark makes one, unless
 * an edit before it did so meanwhile. Empty where the object that was asked for will not be made.
 */
function meantObject(session: Session, target: Target): string | Promise<string> {
  if (target.object !== "") return target.object;
  return target.coming ?? session.project.value?.objects[0]?.id ?? client.NEW_OBJECT;
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
