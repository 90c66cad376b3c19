/** Apply, and the state of the work that it started. */

import { contains, count } from "../logic/ranges";
import { formatRemaining } from "../logic/timecode";
import * as editing from "../state/editing";
import type { Session } from "../state/session";
import { keyHint } from "../ui/platform";

export function ApplyControl({ session }: { session: Session }) {
  const work = session.work.value;
  if (session.working.value && work) {
    const percent = work.total > 0 ? Math.floor((100 * work.done) / work.total) : 0;
    const left = work.remaining_s === null ? "" : ` · ${formatRemaining(work.remaining_s)} left`;
    return (
      <div class="work">
        <div class="work-state">
          <span class="numbers dim" role="status">
            {work.done > 0 ? `Applying ${percent} %${left}` : "Applying…"}
          </span>
          <progress class="progress" aria-label="Applying" max={work.total || 1} value={work.done} />
        </div>
        {session.canApply.value && <ApplyButton session={session} label="Apply" />}
        <button type="button" class="button" onClick={() => editing.cancelWork(session)}>
          Cancel
        </button>
      </div>
    );
  }
  const applied = (session.project.value?.revision ?? 0) > 0;
  const frames = count(session.stale.value);
  const unfinished = unmadeFrames(session);
  if (session.canApply.value) {
    return (
      <div class="work">
        <span class="numbers dim" role="status">
          {frames > 0 ? `${frames} frames to ${applied ? "update" : "make"}` : "Changes to apply"}
        </span>
        <ApplyButton session={session} label="Apply" />
      </div>
    );
  }
  if (unfinished > 0) {
    return (
      <div class="work">
        <span class="numbers dim" role="status">{`Stopped, ${unfinished} frames left`}</span>
        <ApplyButton session={session} label="Continue" />
      </div>
    );
  }
  return (
    <div class="work">
      <span class="dim" role="status">
        {applied ? "Up to date" : ""}
      </span>
      <button type="button" class="button" disabled>
        Apply
      </button>
    </div>
  );
}

function ApplyButton({ session, label }: { session: Session; label: string }) {
  return (
    <button
      type="button"
      class="button primary"
      title={`${label}${keyHint("apply")}`}
      onClick={() => editing.apply(session)}
    >
      {label}
    </button>
  );
}

/** Frames of the selected object that the revision promises and nobody makes at present. */
function unmadeFrames(session: Session): number {
  const project = session.project.value;
  const manifest = session.playback.value?.manifest.value;
  const object = session.object.value;
  const matte = manifest?.objects.find((entry) => entry.id === object?.id)?.matte;
  if (!project || !matte || session.work.value?.state !== "cancelled") return 0;
  const ready = session.ready.value;
  let missing = 0;
  for (let frame = 0; frame < project.clip.frame_count; frame += 1) {
    if (!contains(ready, frame)) missing += 1;
  }
  return missing;
}
