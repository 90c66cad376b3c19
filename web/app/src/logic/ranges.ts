/** Half-open ranges `[start, stop)` of frames or segments, kept sorted and disjoint. */

export type Range = readonly [start: number, stop: number];

/** Sorts, joins overlapping and touching ranges, drops empty ones. */
export function normalise(ranges: readonly Range[]): Range[] {
  const sorted = ranges.filter(([start, stop]) => stop > start).sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [start, stop] of sorted) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], stop);
    else joined.push([start, stop]);
  }
  return joined;
}

export function add(ranges: readonly Range[], range: Range): Range[] {
  return normalise([...ranges, range]);
}

/** What of `ranges` is not in `removed`. */
export function subtract(ranges: readonly Range[], removed: readonly Range[]): Range[] {
  let rest = normalise(ranges);
  for (const [start, stop] of normalise(removed)) {
    rest = rest.flatMap(([from, to]): Range[] => {
      if (stop <= from || start >= to) return [[from, to]];
      const pieces: Range[] = [];
      if (from < start) pieces.push([from, start]);
      if (stop < to) pieces.push([stop, to]);
      return pieces;
    });
  }
  return rest;
}

export function contains(ranges: readonly Range[], value: number): boolean {
  return ranges.some(([start, stop]) => value >= start && value < stop);
}

export function count(ranges: readonly Range[]): number {
  return normalise(ranges).reduce((sum, [start, stop]) => sum + stop - start, 0);
}

/** Ranges of segments as ranges of frames on a grid of `length` frames. */
export function segmentsToFrames(
  segments: readonly Range[],
  length: number,
  frameCount: number,
): Range[] {
  return normalise(
    segments.map(([start, stop]): Range => [start * length, Math.min(stop * length, frameCount)]),
  );
}
