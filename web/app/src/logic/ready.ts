/** Segments that the server told to be ready, beside what the manifest at hand says. */

import type { Range } from "./ranges";

/** By object and place in the segment grid: the address that was told. */
export type Told = Readonly<Record<string, Readonly<Record<number, string>>>>;

export function tell(told: Told, object: string, segment: number, address: string): Told {
  return { ...told, [object]: { ...told[object], [segment]: address } };
}

/** What of `told` was not told `before`. */
export function toldSince(told: Told, before: Told): Told {
  const objects = Object.entries(told).map(([object, segments]) => {
    const known = before[object] ?? {};
    const later = Object.entries(segments).filter(([at, address]) => known[Number(at)] !== address);
    return [object, Object.fromEntries(later)] as const;
  });
  return Object.fromEntries(objects);
}

/** Segments of one object that were told under the addresses a manifest gives; others say nothing. */
export function segmentsReady(told: Told, object: string, addresses: readonly string[]): Range[] {
  return Object.entries(told[object] ?? {})
    .map(([at, address]) => ({ at: Number(at), address }))
    .filter(({ at, address }) => addresses[at] === address)
    .map(({ at }): Range => [at, at + 1]);
}
