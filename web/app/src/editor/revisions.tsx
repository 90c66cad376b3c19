/** The revisions: when each was applied and what it changed, to compare with and to go back to. */

import { useEffect } from "preact/hooks";
import type { Revision } from "../api/types";
import type { Change } from "../logic/revisions";
import { formatFrames } from "../logic/timecode";
import { compareWith, readRevisions, restoreRevision } from "../state/revisions";
import type { Session } from "../state/session";
import { momentOf, timeOf } from "../ui/moments";

export function Revisions({ session }: { session: Session }) {
  const current = session.project.value?.revision ?? 0;
  useEffect(() => void readRevisions(session), [session, current]);
  const revisions = session.revisions.value;
  if (revisions === null) {
    return (
      <section aria-label="Revisions" aria-busy="true">
        <div class="skeleton line" />
        <div class="skeleton line" />
      </section>
    );
  }
  return (
    <section aria-labelledby="revisions-title">
      <h2 id="revisions-title">Revisions</h2>
      {revisions.length === 0 ? (
        <p class="hint">
          Each Apply makes a revision. They stay: compare any of them with what you have now, or go
          back to it.
        </p>
      ) : (
        <ol class="revisions" reversed>
          {[...revisions].reverse().map((revision) => (
            <RevisionRow
              key={revision.number}
              session={session}
              revision={revision}
              current={current}
            />
          ))}
        </ol>
      )}
    </section>
  );
}

interface RowProps {
  session: Session;
  revision: Revision;
  current: number;
}

function RevisionRow({ session, revision, current }: RowProps) {
  const { number } = revision;
  const compared = session.compare.value?.revision === number;
  return (
    <li class={`revision ${number === current ? "current" : ""} ${compared ? "compared" : ""}`}>
      <div class="row between">
        <strong>Revision {number}</strong>
        <time class="dim numbers" dateTime={revision.created} title={momentOf(revision.created)}>
          {timeOf(revision.created)}
        </time>
      </div>
      <p class="dim">{changeOf(session.changes.value[number], revision)}</p>
      {number === current ? (
        <p class="tag">Shown now</p>
      ) : (
        <div class="row">
          <button
            type="button"
            class="button small"
            aria-pressed={compared}
            aria-label={`Compare with revision ${number}`}
            onClick={() => compareWith(session, compared ? null : number)}
          >
            Compare
          </button>
          <button
            type="button"
            class="button small"
            aria-label={`Restore revision ${number}`}
            onClick={() => restoreRevision(session, number)}
          >
            Restore
          </button>
        </div>
      )}
    </li>
  );
}

function changeOf(change: Change | undefined, { objects, keyframes }: Revision): string {
  if (change && change.lines.length > 0) {
    const text = change.lines.join("; ");
    return `${text[0]?.toUpperCase()}${text.slice(1)} · ${formatFrames(change.frames)} changed`;
  }
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return `${many(objects, "object")}, ${many(keyframes, "keyframe")}`;
}
