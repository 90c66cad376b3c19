/** The steps of the project: read a page at a time, and gone to at once. */

import { batch, effect } from "@preact/signals";
import * as client from "../api/client";
import { describe } from "../api/problem";
import type { Step } from "../api/types";
import { aimOf, continued, refreshed } from "../logic/history";
import { goToStep } from "./editing";
import { notify } from "./notices";
import type { Session } from "./session";

/** So long nothing was done before the words of undo and redo are asked for. */
const SETTLE_MS = 250;

/** How often each session's newest steps were asked for, and those before them. */
interface Requests {
  newest: number;
  earlier: number;
}

const requests = new WeakMap<Session, Requests>();

/**
 * Keeps the words of undo and redo those of the server, whoever changed the project, until the returned
 * function is called.
 */
export function followHistory(session: Session): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const version = session.project.value?.version ?? null;
    const known = version === session.historyVersion.value;
    clearTimeout(timer);
    if (known || session.busy.value > 0 || !session.connected.value) return;
    timer = setTimeout(() => void read(session, null, true), SETTLE_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** Reads the newest steps; those before them that are known stay. */
export function readHistory(session: Session): Promise<void> {
  return read(session, null);
}

/** Reads the steps before the earliest one that is known. */
export function readEarlier(session: Session): Promise<void> {
  const earliest = session.history.value?.steps[0]?.number ?? 0;
  return earliest > 0 ? read(session, earliest) : Promise.resolve();
}

/** `aside`: nobody waits for it, so that nobody needs to hear of a failure. */
async function read(session: Session, before: number | null, aside = false): Promise<void> {
  const asked = requests.get(session) ?? { newest: 0, earlier: 0 };
  requests.set(session, asked);
  const kind = before === null ? "newest" : "earlier";
  const request = (asked[kind] += 1);
  const version = session.project.value?.version ?? null;
  try {
    const page = await client.readHistory(session.id, before);
    if (asked[kind] !== request) return;
    const known = session.history.value;
    batch(() => {
      session.history.value =
        known && before !== null ? continued(known, page) : refreshed(known, page);
      if (before === null) session.historyVersion.value = version;
    });
  } catch (error) {
    if (asked[kind] === request && !aside) notify(describe(error), "error");
  }
}

/** Has the project as it was after a step, and then shows the frame it was about. */
export function returnTo(session: Session, step: Step): void {
  const aim = aimOf(step);
  const undone = step.number > (session.history.value?.present ?? step.number);
  goToStep(session, step.id, () => {
    const way = undone ? "Forth to" : "Back to";
    session.toolbox.say(`${way}: ${step.deed}${aim === "" ? "" : `, ${aim}`}`);
    if (step.frame !== null) void session.playback.value?.seek(step.frame);
  });
}
