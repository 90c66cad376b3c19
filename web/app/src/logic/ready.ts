/** Segments that the server told to be ready, beside what the manifest at hand says. */

import type { Manifest } from "@mattebox/player";
import type { MatteGrid } from "./livemasks";
import { segmentsToFrames, type Range } from "./ranges";

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

/** Stands for the address of a segment that depends on cuts which are still looked for. */
export const UNDECIDED = "";

/** Frame ranges of an object's matte of which the segments have no address yet. */
export function undecidedFrames(manifest: MatteGrid | null | undefined, object: string): Range[] {
  const matte = manifest?.objects.find(({ id }) => id === object)?.matte;
  if (!manifest || !matte) return [];
  const segments = matte.addresses.flatMap((address, at): Range[] =>
    address === UNDECIDED ? [[at, at + 1]] : [],
  );
  return segmentsToFrames(segments, manifest.grid.length, manifest.grid.frame_count);
}

/** Whether some matte has no address where a frame is, or anywhere. */
export function isUndecided(manifest: MatteGrid | null | undefined, frame?: number): boolean {
  if (!manifest) return false;
  const at = frame === undefined ? null : Math.floor(frame / manifest.grid.length);
  return manifest.objects.some(({ matte }) =>
    at === null ? matte?.addresses.includes(UNDECIDED) : matte?.addresses[at] === UNDECIDED,
  );
}

/** Frame ranges of an object's matte that answer at once, in the revision of a manifest. */
export function madeFrames(manifest: Manifest | null | undefined, told: Told, object: string): Range[] {
  const matte = manifest?.objects.find(({ id }) => id === object)?.matte;
  if (!manifest || !matte) return [];
  const segments = [...matte.ready, ...segmentsReady(told, object, matte.addresses)];
  return segmentsToFrames(segments, manifest.grid.length, manifest.grid.frame_count);
}

/** Segments of one object that were told under the addresses a manifest gives; others say nothing. */
export function segmentsReady(told: Told, object: string, addresses: readonly string[]): Range[] {
  return Object.entries(told[object] ?? {})
    .map(([at, address]) => ({ at: Number(at), address }))
    .filter(({ at, address }) => addresses[at] === address)
    .map(({ at }): Range => [at, at + 1]);
}
