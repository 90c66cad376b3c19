/** Makes sure that a segment's samples are the frames they should be (protocol P10 to P12). */

import { readInit, readSegment, wholePairs, type Sample } from "./fmp4";
import type { FrameTable, Grid } from "./frame-table";

/** A segment is damaged, or a sample is not the frame it should be; `message` is one sentence. */
export class IdentityError extends Error {}

/** Which segment bytes are, and what it must hold. */
export interface Expected {
  readonly segment: number;
  readonly grid: Grid;
  readonly table: FrameTable;
}

/**
 * The samples of a segment, as far as `bytes` hold whole ones; none is missing where they are `complete`.
 *
 * @throws IdentityError when it is damaged or of other frames.
 */
export function identified(
  bytes: Uint8Array,
  complete: boolean,
  init: Uint8Array,
  expected: Expected,
): readonly Sample[] {
  const whole = complete ? bytes : bytes.subarray(0, wholePairs(bytes));
  if (whole.length === 0 && !complete) return [];
  try {
    const head = readInit(init);
    const { timescale } = expected.table;
    if (head.timescale !== timescale) {
      throw new IdentityError(`it counts ${head.timescale} ticks a second, the frame table ${timescale}.`);
    }
    const samples = readSegment(whole, head);
    checkIdentity(samples, complete, expected);
    return samples;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new IdentityError(`Segment ${expected.segment} is refused: ${message}`);
  }
}

/** @throws IdentityError unless sample `n` is frame `segment * length + n` of the frame table. */
function checkIdentity(samples: readonly Sample[], complete: boolean, { segment, grid, table }: Expected): void {
  const [start, stop] = grid.cell(segment);
  if (samples.length > stop - start || (complete && samples.length < stop - start)) {
    throw new IdentityError(`it holds ${samples.length} frames instead of ${stop - start}.`);
  }
  samples.forEach((sample, n) => {
    const frame = start + n;
    if (sample.ticks !== table.tickOf(frame)) {
      throw new IdentityError(
        `its sample ${n} is at tick ${sample.ticks}, frame ${frame} at ${table.tickOf(frame)}.`,
      );
    }
  });
  if (!samples[0]?.sync) throw new IdentityError("it does not begin with a sync frame.");
}
