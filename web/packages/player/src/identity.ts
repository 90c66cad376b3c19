/** Makes sure that a segment's samples are the frames they should be (protocol P10 to P12). */

import { readInit, readSegment, type Sample } from "./fmp4";
import type { FrameTable, Grid } from "./frame-table";

/** A segment is damaged, or a sample is not the frame it should be; `message` is one sentence. */
export class IdentityError extends Error {}

/** The samples of a segment. @throws IdentityError when it is damaged or of other frames. */
export function identified(
  bytes: Uint8Array,
  init: Uint8Array,
  segment: number,
  grid: Grid,
  table: FrameTable,
): readonly Sample[] {
  try {
    const head = readInit(init);
    if (head.timescale !== table.timescale) {
      throw new IdentityError(`it counts ${head.timescale} ticks a second, the frame table ${table.timescale}.`);
    }
    const samples = readSegment(bytes, head);
    checkIdentity(samples, segment, grid, table);
    return samples;
  } catch (error) {
    throw new IdentityError(`Segment ${segment} is refused: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws IdentityError unless sample `n` is frame `segment * length + n` of the frame table. */
function checkIdentity(samples: readonly Sample[], segment: number, grid: Grid, table: FrameTable): void {
  const [start, stop] = grid.cell(segment);
  if (samples.length !== stop - start) {
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
