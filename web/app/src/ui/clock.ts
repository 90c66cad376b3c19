/** The frame table and the source's timecode as read-outs need them. */

import { useMemo } from "preact/hooks";
import { clockOf, type Clock } from "../logic/readout";
import type { Session } from "../state/session";

export function useClock(session: Session): Clock | null {
  const table = session.table.value;
  const clip = session.project.value?.clip;
  const rate = clip?.rate;
  return useMemo(() => {
    if (!table || !rate) return null;
    const { ticks, timescale, end_tick: endTick } = table;
    return clockOf({ ticks, endTick, timescale, rate }, clip.timecode);
  }, [table, rate?.[0], rate?.[1], clip?.timecode]);
}
