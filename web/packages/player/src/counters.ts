/** What the player counts for `stats()`. One object, handed to whoever counts. */

export interface Counters {
  presented: number;
  presentedPending: number;
  skipped: number;
  stalls: number;
  decodedPlates: number;
  decodedMattes: number;
  discarded: number;
  fetches: number;
  fetchedBytes: number;
  retries: number;
  aborts: number;
  decoderRestarts: number;
  openPictures: number;
  contextLosses: number;
  seekToPlateMs: number | null;
  seekToPairMs: number | null;
}

export function newCounters(): Counters {
  return {
    presented: 0,
    presentedPending: 0,
    skipped: 0,
    stalls: 0,
    decodedPlates: 0,
    decodedMattes: 0,
    discarded: 0,
    fetches: 0,
    fetchedBytes: 0,
    retries: 0,
    aborts: 0,
    decoderRestarts: 0,
    openPictures: 0,
    contextLosses: 0,
    seekToPlateMs: null,
    seekToPairMs: null,
  };
}
