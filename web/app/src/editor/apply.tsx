/** Apply, and the state of the work that it started. */

import { count } from "../logic/ranges";
import { formatFrames, formatRemaining } from "../logic/timecode";
import * as editing from "../state/editing";
import type { Session } from "../state/session";
import { keysOf } from "../ui/platform";

/** No mask is carried across a cut, and in a long clip finding them takes a while. */
const LOOKING = "Looking for cuts…";

export function ApplyControl({ session }: { session: Session }) {
  const work = session.work.value;
  const looking = session.awaitsCuts.value;
  if (session.working.value && work) {
    const percent = work.total > 0 ? Math.floor((100 * work.done) / work.total) : 0;
    const left = work.remaining_s === null ? "" : ` · ${formatRemaining(work.remaining_s)} left`;
    return (
      <div class="work">
        <div class="work-state">
          <span class="numbers dim" role="status">
            {looking ? LOOKING : work.done > 0 ? `Applying ${percent} %${left}` : "Applying…"}
          </span>
          <progress class="progress" aria-label="Applying" max={work.total || 1} value={work.done} />
        </div>
        {work.total > 0 && session.canApply.value && <ApplyButton session={session} label="Apply" />}
        <button type="button" class="button" onClick={() => editing.cancelWork(session)}>
          Cancel
        </button>
      </div>
    );
  }
  const applied = (session.project.value?.revision ?? 0) > 0;
  if (session.canApply.value) {
    return <Offer session={session} label="Apply" state={changesOf(session)} />;
  }
  const missing = work === null ? 0 : session.missing.value;
  if (missing > 0) {
    const stopped = work?.state === "cancelled" || work?.state === "failed";
    const what = stopped ? `Stopped, ${formatFrames(missing)} left` : `${formatFrames(missing)} not made yet`;
    return <Offer session={session} label="Continue" state={what} />;
  }
  const known = applied && work !== null && session.current.value;
  const what = session.applied.value.length > 0 ? "Up to date" : "Nothing to cut out yet";
  const state = looking ? LOOKING : known ? what : "";
  return <Offer session={session} label="Apply" state={state} idle />;
}

/** How much an Apply would make, of all objects. */
function changesOf(session: Session): string {
  const stale = session.project.value?.objects.filter((object) => object.stale.length > 0) ?? [];
  const frames = count(stale.flatMap((object) => object.stale));
  if (frames === 0) return "Changes to apply";
  const known = stale.some((object) => session.applied.value.includes(object.id));
  return `${formatFrames(frames)} to ${known ? "update" : "make"}`;
}

interface OfferProps {
  session: Session;
  label: string;
  state: string;
  /** There is nothing to do, unless something is on its way to the server: its turn will tell. */
  idle?: boolean;
}

function Offer({ session, label, state, idle = false }: OfferProps) {
  return (
    <div class="work">
      <span class="numbers dim roomy" role="status">
        {state}
      </span>
      <ApplyButton session={session} label={label} idle={idle} />
    </div>
  );
}

function ApplyButton({ session, label, idle = false }: Omit<OfferProps, "state">) {
  return (
    <button
      type="button"
      class={idle ? "button" : "button primary"}
      disabled={idle && session.busy.value === 0}
      data-tip="Carry all changes through the clip"
      data-keys={keysOf("apply")}
      onClick={() => editing.apply(session)}
    >
      {label}
    </button>
  );
}
