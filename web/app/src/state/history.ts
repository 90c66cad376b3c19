/** The steps of the project: read a page at a time, and gone to at once. */

import * as client from "../api/client";
import { describe } from "../api/problem";
import type { Step } from "../api/types";
import { aimOf, continued, refreshed } from "../logic/history";
import { goToStep } from "./editing";
import { notify } from "./notices";
import type { Session } from "./session";

/** How often each session's history was asked for. */
const requests = new WeakMap<Session, number>();

/** Reads the newest steps; those before them that are known stay. */
export function readHistory(session: Session): Promise<void> {
  return read(session, null);
}

/** Reads the steps before the earliest one that is known. */
export function readEarlier(session: Session): Promise<void> {
  const earliest = session.history.value?.steps[0]?.number ?? 0;
  return earliest > 0 ? read(session, earliest) : Promise.resolve();
}

async function read(session: Session, before: number | null): Promise<void> {
  const request = (requests.get(session) ?? 0) + 1;
  requests.set(session, request);
  try {
    const page = await client.readHistory(session.id, before);
    if (requests.get(session) !== request) return;
    const known = session.history.value;
    session.history.value =
      known && before !== null ? continued(known, page) : refreshed(known, page);
  } catch (error) {
    if (requests.get(session) === request) notify(describe(error), "error");
  }
}

/** Has the project as it was after a step, and shows the frame it was about. */
export function returnTo(session: Session, step: Step): void {
  const aim = aimOf(step);
  session.toolbox.say(`Back to: ${step.deed}${aim === "" ? "" : `, ${aim}`}`);
  if (step.frame !== null) void session.playback.value?.seek(step.frame);
  goToStep(session, step.id);
}
