/** A segment that is being fetched: its samples, as far as they have come. */

import type { SegmentFetcher } from "./fetcher";
import type { Sample } from "./fmp4";
import { identified, type Expected } from "./identity";

export class Arrival {
  private init: Uint8Array | null = null;
  /** The segment, when all of it is here. */
  private bytes: Uint8Array | null = null;
  /** What was read last, of how many bytes, and whether these were all. */
  private known: { readonly samples: readonly Sample[]; readonly of: number; readonly all: boolean } = {
    samples: [],
    of: 0,
    all: false,
  };
  private failure: { readonly error: unknown } | null = null;

  /** Asks for the segment and its initialisation segment; `onEnd` hears when either came or failed. */
  constructor(
    private readonly fetcher: SegmentFetcher,
    private readonly expected: Expected,
    private readonly url: string,
    initUrl: string,
    onEnd: () => void,
  ) {
    const fail = (error: unknown) => {
      this.failure ??= { error };
    };
    const keep = (bytes: Uint8Array) => {
      this.bytes = bytes;
    };
    const keepInit = (bytes: Uint8Array) => {
      this.init = bytes;
    };
    void fetcher.get(initUrl).then(keepInit, fail).then(onEnd);
    void fetcher.get(url).then(keep, fail).then(onEnd);
  }

  /** Whether all of it is here. */
  get isComplete(): boolean {
    return this.bytes !== null;
  }

  /**
   * Its first samples, in order: more each time, until it is complete.
   *
   * @throws IdentityError when it is not what it should be, and whatever kept it from coming.
   */
  get samples(): readonly Sample[] {
    if (this.failure) throw this.failure.error;
    const bytes = this.bytes ?? this.fetcher.soFar(this.url);
    const all = this.isComplete;
    // After a connection that broke they come from the beginning again: what was told of stays told.
    const isNews = bytes !== null && (bytes.length > this.known.of || all !== this.known.all);
    if (!this.init || !isNews) return this.known.samples;
    this.known = { samples: identified(bytes, all, this.init, this.expected), of: bytes.length, all };
    return this.known.samples;
  }
}
