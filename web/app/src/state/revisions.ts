/** The revisions that were applied: listed with what changed, compared by wipe, restored at once. */

import * as client from "../api/client";
import { describe } from "../api/problem";
import { changeBetween, type Change, type RevisionManifest } from "../logic/revisions";
import { notify } from "./notices";
import type { Session } from "./session";

/** What changed is told of the newest ones; each takes two manifests. */
const MOST_TOLD = 16;

/** How often each session's list was asked for. */
const requests = new WeakMap<Session, number>();

/** Lists the revisions, then says of the newest what changed in each, one after the other. */
export async function readRevisions(session: Session): Promise<void> {
  const request = (requests.get(session) ?? 0) + 1;
  requests.set(session, request);
  const overtaken = () => requests.get(session) !== request;
  try {
    const revisions = await client.listRevisions(session.id);
    if (overtaken()) return;
    session.revisions.value = revisions;
    const numbers = revisions.map(({ number }) => number);
    let latest: { number: number; manifest: RevisionManifest } | null = null;
    for (const [index, number] of [...numbers.entries()].slice(-MOST_TOLD)) {
      if (session.changes.value[number]) continue;
      const earlier = numbers[index - 1];
      const before: RevisionManifest | null =
        earlier === undefined
          ? null
          : latest?.number === earlier
            ? latest.manifest
            : await client.readManifest(session.id, earlier);
      const manifest = await client.readManifest(session.id, number);
      if (overtaken()) return;
      tell(session, number, changeBetween(before, manifest));
      latest = { number, manifest };
    }
  } catch (error) {
    if (!overtaken()) notify(describe(error), "error");
  }
}

function tell(session: Session, revision: number, change: Change): void {
  session.changes.value = { ...session.changes.value, [revision]: change };
}

/** The state of that Apply again, as one step that can be undone. */
export function restoreRevision(session: Session, revision: number): void {
  session.compare.value = null;
  session.edges.commit();
  void session.run(async () => {
    const project = await client.restoreRevision(session.id, revision);
    notify(`Revision ${revision} is back.`);
    return project;
  });
}

/** Shows an earlier revision left of the wipe, or ends the comparison. */
export function compareWith(session: Session, revision: number | null): void {
  const position = session.compare.value?.position ?? 0.5;
  session.wipe.value = null;
  session.compare.value = revision === null ? null : { revision, position };
}

/** Says why a revision cannot be compared with; what is shown left of the wipe is not that one. */
export function endComparison(session: Session, revision: number | null, reason: string): void {
  if (revision === null || session.compare.value?.revision !== revision) return;
  session.compare.value = null;
  notify(`Revision ${revision} cannot be compared: ${reason}`, "error");
}
