/** The frame table as read-outs of time need it. */

import { useMemo } from "preact/hooks";
import { isConstantRate, type Timing } from "../logic/timecode";
import type { Session } from "../state/session";

export interface ClipTiming {
  readonly timing: Timing;
  readonly constant: boolean;
}

export function useTiming(session: Session): ClipTiming | null {
  const table = session.table.value;
  const rate = session.project.value?.clip.rate;
  return useMemo(() => {
    if (!table || !rate) return null;
    const timing: Timing = {
      ticks: table.ticks,
      endTick: table.end_tick,
      timescale: table.timescale,
      rate,
    };
    return { timing, constant: isConstantRate(timing) };
  }, [table, rate?.[0], rate?.[1]]);
}
