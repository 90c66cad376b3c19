/**
 * Shows what one click would take, once the pointer rests on the picture or is pressed there. It
 * gives way to everything: a move aborts it, it keeps still while something else is being made, and
 * where the machine is too slow for it, it puts itself away.
 */

import { effect, untracked } from "@preact/signals";
import { fetchMask } from "@mattebox/player";
import { hoverAddress, NEW_OBJECT } from "../api/client";
import { clicksShown } from "../logic/clicks";
import type { Point } from "../logic/viewport";
import { includes } from "../tools/begin";
import { isInside } from "../tools/types";
import type { Session } from "./session";

/** How long the pointer rests first. */
const REST_MS = 120;
/**
 * A press that lasts is asked for ahead of its click, where the last answer came as quickly as this:
 * elsewhere the two would be in each other's way.
 */
const PRESS_MS = 40;
const QUICK_MS = 120;
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

interface Inquiry {
  readonly question: Question;
  /** The pointer is pressed: where it has not asked yet, it asks soon or not at all. */
  readonly press: (quick: boolean) => void;
  readonly stop: () => void;
}

export function followHover(session: Session): () => void {
  const { toolbox } = session;
  let slow = 0;
  /** How long the last answer took. */
  let last = Infinity;

  const ask = async (question: Question, signal: AbortSignal) => {
    const { object, frame, at, include } = question;
    const start = performance.now();
    try {
      const address = hoverAddress(session.id, object ?? NEW_OBJECT, frame, { ...at, include });
      const mask = await fetchMask(address, { signal });
      if (!signal.aborted) toolbox.preview.value = { ...question, mask };
      last = performance.now() - start;
      slow = last > SLOW_MS ? slow + 1 : 0;
    } catch {
      // A preview that cannot be had is no trouble of the user's.
      if (performance.now() - start > SLOW_MS) slow += 1;
    }
    if (slow >= TOO_MANY) {
      slow = 0;
      toolbox.hoverSlow.value = performance.now() - start;
    }
  };

  const begin = (question: Question, delay: number): Inquiry => {
    const abort = new AbortController();
    let asked = false;
    const run = () => {
      asked = true;
      void ask(question, abort.signal);
    };
    let timer = setTimeout(run, delay);
    return {
      question,
      press: (quick) => {
        if (asked) return;
        clearTimeout(timer);
        if (quick) timer = setTimeout(run, PRESS_MS);
      },
      stop: () => {
        clearTimeout(timer);
        abort.abort();
      },
    };
  };

  let current: Inquiry | null = null;
  const dispose = effect(() => {
    const question = questionOf(session);
    const pressed = toolbox.pressed.value !== null;
    untracked(() => {
      if (question && current && isSame(question, current.question)) {
        if (pressed) current.press(last < QUICK_MS);
        return;
      }
      current?.stop();
      toolbox.preview.value = null;
      current = question && begin(question, REST_MS);
      if (pressed) current?.press(last < QUICK_MS);
    });
  });
  return () => {
    dispose();
    current?.stop();
  };
}

/** What to ask for now, or null where nothing shall be asked. */
function questionOf(session: Session): Question | null {
  const { toolbox } = session;
  const playback = session.playback.value;
  const tool = session.tool.value;
  const pressed = toolbox.pressed.value;
  const at = pressed ?? toolbox.cursor.value ?? toolbox.pointer.value;
  const stroke = toolbox.stroke.value;
  const include = includes({ tool, erase: stroke.erase }, toolbox.alt.value);
  const frame = session.frame.value;
  const object = session.object.value;
  const able =
    toolbox.hover.value &&
    toolbox.hoverSlow.value === null &&
    (pressed !== null || toolbox.gesture.value === null) &&
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

const isSame = (a: Question, b: Question): boolean =>
  a.object === b.object &&
  a.frame === b.frame &&
  a.include === b.include &&
  a.at.x === b.at.x &&
  a.at.y === b.at.y;
