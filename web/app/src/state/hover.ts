/**
 * Shows what one click would take, once the pointer rests on the picture. It gives way to
 * everything: a move aborts it, it keeps still while something else is being made, and where the
 * machine is too slow for it, it puts itself away.
 */

import { effect, untracked } from "@preact/signals";
import { fetchMask } from "@mattebox/player";
import { hoverAddress } from "../api/client";
import { clicksShown } from "../logic/clicks";
import type { Point } from "../logic/viewport";
import { includes } from "../tools/begin";
import { isInside } from "../tools/types";
import type { Session } from "./session";

/** How long the pointer rests first. */
const REST_MS = 120;
/** An answer later than this comes when the user has gone on; so many in a row are too many. */
const SLOW_MS = 400;
const TOO_MANY = 3;
/** This close to a click (part of the picture) a press takes hold of it. */
const NEAR = 0.012;

interface Question {
  readonly object: string | null;
  readonly frame: number;
  readonly at: Point;
  readonly include: boolean;
}

export function followHover(session: Session): () => void {
  const { toolbox } = session;
  let slow = 0;
  let stop: () => void = () => undefined;

  const ask = async (question: Question, signal: AbortSignal) => {
    const { object, frame, at, include } = question;
    const start = performance.now();
    try {
      const address = hoverAddress(session.id, object ?? "new", frame, { ...at, include });
      const mask = await fetchMask(address, { signal });
      if (!signal.aborted) toolbox.preview.value = { ...question, mask };
      slow = performance.now() - start > SLOW_MS ? slow + 1 : 0;
    } catch {
      // A preview that cannot be had is no trouble of the user's.
      const waited = performance.now() - start;
      if (waited > SLOW_MS) slow += 1;
    }
    if (slow >= TOO_MANY) {
      slow = 0;
      toolbox.hoverSlow.value = performance.now() - start;
    }
  };

  const dispose = effect(() => {
    const question = questionOf(session);
    untracked(() => {
      stop();
      toolbox.preview.value = null;
      if (!question) return;
      const abort = new AbortController();
      const timer = setTimeout(() => void ask(question, abort.signal), REST_MS);
      stop = () => {
        clearTimeout(timer);
        abort.abort();
      };
    });
  });
  return () => {
    dispose();
    stop();
  };
}

/** What to ask for now, or null where nothing shall be asked. */
function questionOf(session: Session): Question | null {
  const { toolbox } = session;
  const playback = session.playback.value;
  const tool = session.tool.value;
  const at = toolbox.cursor.value ?? toolbox.pointer.value;
  const stroke = toolbox.stroke.value;
  const include = includes({ tool, erase: stroke.erase }, toolbox.alt.value);
  const frame = session.frame.value;
  const object = session.object.value;
  const able =
    toolbox.hover.value &&
    toolbox.hoverSlow.value === null &&
    (tool === "include" || tool === "exclude") &&
    session.view.value !== "original" &&
    playback?.playing.value === false &&
    playback.shown.value?.frame === frame &&
    session.busy.value === 0 &&
    !session.working.value &&
    session.connected.value &&
    object?.locked !== true &&
    session.dialog.value === null;
  // To take away from nothing gives nothing.
  if (!able || !at || !isInside(at) || (!object && !include)) return null;
  const near = (x: number, y: number) => Math.abs(x - at.x) < NEAR && Math.abs(y - at.y) < NEAR;
  if (clicksShown(object, frame, session.draft.value).some(({ x, y }) => near(x, y))) return null;
  return { object: object?.id ?? null, frame, at, include };
}
