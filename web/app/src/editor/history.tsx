/** The history: every step in words, the newest first, to go back to any of them and forth again. */

import { useEffect, useState } from "preact/hooks";
import type { History as Steps, Step } from "../api/types";
import { aimOf } from "../logic/history";
import { readEarlier, readHistory, returnTo } from "../state/history";
import type { Session } from "../state/session";
import { momentOf, timeOf } from "../ui/moments";

export function History({ session }: { session: Session }) {
  const version = session.project.value?.version ?? 0;
  useEffect(() => void readHistory(session), [session, version]);
  const history = session.history.value;
  if (history === null) {
    return (
      <section aria-label="History" aria-busy="true">
        <div class="skeleton line" />
        <div class="skeleton line" />
      </section>
    );
  }
  const earlier = history.steps[0]?.number ?? 0;
  return (
    <section aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      <p class="hint">
        Go back to any step, and forth again. What comes after it stays until you change something.
      </p>
      <StepList session={session} history={history} />
      {earlier > 0 && (
        <button type="button" class="button small" onClick={() => void readEarlier(session)}>
          {earlier === 1 ? "Show the first step" : `Show ${earlier} earlier steps`}
        </button>
      )}
    </section>
  );
}

function StepList({ session, history }: { session: Session; history: Steps }) {
  const { steps, present } = history;
  const [focused, setFocused] = useState<number | null>(null);
  // The Tab key stops once; the arrow keys go on from there.
  const stop = steps.find(({ id }) => id === focused) ?? steps.find(({ number }) => number === present);
  return (
    <ol class="steps" reversed start={steps.at(-1)?.number ?? 0} onKeyDown={moveFocus}>
      {[...steps].reverse().map((step) => (
        <StepRow
          key={step.id}
          session={session}
          step={step}
          present={present}
          reached={step.id === (stop ?? steps.at(-1))?.id}
          onFocus={() => setFocused(step.id)}
        />
      ))}
    </ol>
  );
}

interface StepRowProps {
  session: Session;
  step: Step;
  present: number;
  /** Whether the Tab key stops here. */
  reached: boolean;
  onFocus: () => void;
}

function StepRow({ session, step, present, reached, onFocus }: StepRowProps) {
  const { number, deed, object, created } = step;
  const aim = aimOf(step);
  const undone = number > present;
  const now = number === present;
  return (
    <li class={`step ${undone ? "undone" : ""} ${now ? "now" : ""}`}>
      <button
        type="button"
        aria-current={now ? "step" : undefined}
        tabIndex={reached ? 0 : -1}
        onFocus={onFocus}
        onClick={() => !now && returnTo(session, step)}
      >
        <span class="step-dot" style={object ? { background: object.color } : {}} />
        <span class="step-words">
          <span>{deed}</span>
          {aim !== "" && <span class="dim">{aim}</span>}
          {now && <span class="tag">Now</span>}
        </span>
        {undone && <span class="visually-hidden">, undone</span>}
        <time class="dim numbers" dateTime={created} title={momentOf(created)}>
          {timeOf(created)}
        </time>
      </button>
    </li>
  );
}

/** Up and down go from step to step, Home and End to the newest and the earliest. */
function moveFocus(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const rows = [...event.currentTarget.querySelectorAll("button")];
  const at = rows.findIndex((row) => row === document.activeElement);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  event.stopPropagation();
  rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus();
}
