/** One frame's matte, asked for by itself: it is there before its segment, which is made in order. */

import type { SegmentFetcher } from "./fetcher";
import { maskOfPng } from "./mask";
import type { MaskPixels } from "./types";

/** A matte that can be asked for. */
export interface Single {
  readonly frame: number;
  /** Of its segment. */
  readonly address: string;
  readonly url: string;
}

export class SingleMatte {
  private wanted: Single | null = null;

  /** `onMatte` hears of each that came while it was wanted. */
  constructor(
    private readonly fetcher: SegmentFetcher,
    private readonly onMatte: (single: Single, matte: MaskPixels) => void,
  ) {}

  /** Asks for this one from now on, or for none. */
  want(single: Single | null): void {
    if (single?.url === this.wanted?.url) return;
    this.wanted = single;
    this.fetcher.setWanted(this, single ? [single.url] : []);
    if (single) void this.follow(single);
  }

  private async follow(single: Single): Promise<void> {
    try {
      const matte = await maskOfPng(await this.fetcher.get(single.url));
      if (this.wanted === single) this.onMatte(single, matte);
    } catch {
      // Its segment is asked for as well, and tells what is wrong. Where it is wanted again later, it
      // is asked for again.
      if (this.wanted === single) this.want(null);
    }
  }
}
