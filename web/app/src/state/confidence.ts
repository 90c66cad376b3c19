/** How sure the masks are: read once for each revision, then told with each segment as it is made. */

import { effect } from "@preact/signals";
import * as client from "../api/client";
import { filledIn, SURE, withSegment, type Confidence } from "../logic/confidence";
import { framesToFix, nextToFix, type Fix } from "../logic/gain";
import { notify } from "./notices";
import type { Session } from "./session";

/** What was told since the revision that is shown began; an answer on its way may lack it. */
const told = new WeakMap<Session, Map<string, Confidence>>();

/** A long clip takes a while to look through, and each segment that is made changes what is known. */
const FIXES_MS = 300;
const NO_FIXES: readonly Fix[] = [];

/** Reads what the selected object's masks were worth, until the returned function is called. */
export function followConfidence(session: Session): () => void {
  const read = new Set<string>();
  let shown = 0;
  return effect(() => {
    const object = session.object.value?.id;
    const revision = session.playback.value?.manifest.value?.revision ?? 0;
    if (revision !== shown) {
      read.clear();
      told.delete(session);
      shown = revision;
    }
    if (object === undefined || revision === 0 || read.has(object)) return;
    read.add(object);
    void readConfidence(session, object, revision);
  });
}

async function readConfidence(session: Session, object: string, revision: number): Promise<void> {
  try {
    const { frames } = await client.readConfidence(session.id, object, revision);
    if (session.playback.value?.manifest.value?.revision !== revision) return;
    const since = told.get(session)?.get(object) ?? [];
    session.confidence.value = { ...session.confidence.value, [object]: filledIn(frames, since) };
  } catch {
    // The strip stays as it was; whatever is wrong shows where it matters.
  }
}

/** Takes what came with a segment: a value for each frame from `start` on. */
export function noteConfidence(
  session: Session,
  object: string,
  start: number,
  values: Confidence,
): void {
  const objects = told.get(session) ?? new Map<string, Confidence>();
  told.set(session, objects.set(object, withSegment(objects.get(object) ?? [], start, values)));
  const known = session.confidence.value[object] ?? [];
  session.confidence.value = {
    ...session.confidence.value,
    [object]: withSegment(known, start, values),
  };
}

/** Keeps `fixes` up with what is known, some time behind it, until the returned function is called. */
export function followFixes(session: Session): () => void {
  let object: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const dispose = effect(() => {
    const selected = session.object.value;
    const { confidence, project } = session;
    // What is waited for already takes these in, too.
    const known = confidence.value[selected?.id ?? ""] !== undefined && project.value !== null;
    if (selected?.id !== object || !known) session.fixes.value = NO_FIXES;
    object = selected?.id;
    if (!known || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      findFixes(session);
    }, FIXES_MS);
  });
  return () => {
    dispose();
    clearTimeout(timer);
  };
}

function findFixes(session: Session): void {
  const object = session.object.value;
  const confidence = object && session.confidence.value[object.id];
  const { rate: [frames, seconds] = [24, 1], shots = null } = session.project.value?.clip ?? {};
  const half = frames / seconds;
  const distance = Math.max(3, Math.round(half / 4));
  const keyframes = object?.keyframes.map(({ frame }) => frame) ?? [];
  const around = { keyframes, stale: object?.stale ?? [], shots, distance, half };
  session.fixes.value = confidence ? framesToFix(confidence, around) : NO_FIXES;
}

/** Goes to the frame whose correction gains most; from there, to the next one. */
export function goToFix(session: Session): void {
  if (!hasConfidence(session)) return;
  findFixes(session);
  const fixes = session.fixes.value;
  const frame = nextToFix(fixes, session.frame.value);
  if (frame !== null) {
    void session.playback.value?.seek(frame);
    const place = fixes.findIndex((fix) => fix.frame === frame) + 1;
    session.toolbox.say(`Frame ${frame}, ${place} of ${fixes.length} to fix`);
  } else notify(`Nothing to fix: away from keyframes masks are about ${SURE * 100} % sure or more.`);
}

/** Whether it is known of any frame how sure the selected object's mask is. */
export function hasConfidence(session: Session): boolean {
  const known = session.confidence.value[session.object.value?.id ?? ""];
  return known?.some((value) => value !== null) === true;
}
