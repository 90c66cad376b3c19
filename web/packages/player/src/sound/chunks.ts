/** The decoded chunks of sound around the playhead. What is not wanted is not kept. */

import { AbandonedError, type SegmentFetcher } from "../fetcher";
import type { SoundInfo } from "./table";

/** How long a chunk that could not be had is left alone. */
const RETRY_MS = 5000;

export interface ChunkOptions {
  readonly info: SoundInfo;
  readonly fetcher: SegmentFetcher;
  readonly addressOf: (chunk: number) => string;
  readonly onDecoded: () => void;
  readonly onError: (message: string) => void;
}

export class SoundChunks {
  private readonly decoded = new Map<number, AudioBuffer>();
  private readonly underway = new Set<number>();
  private readonly blocked = new Map<number, number>();
  private wanted: readonly number[] = [];
  /** Decodes without a user's gesture, at the sound's own rate. */
  private readonly codec: OfflineAudioContext;

  constructor(private readonly options: ChunkOptions) {
    const { channels, sample_rate: rate } = options.info;
    this.codec = new OfflineAudioContext(channels, 1, rate);
  }

  get(chunk: number): AudioBuffer | undefined {
    return this.decoded.get(chunk);
  }

  /** Decoded sound in bytes. */
  get bytes(): number {
    let total = 0;
    for (const { length, numberOfChannels } of this.decoded.values()) total += length * numberOfChannels * 4;
    return total;
  }

  /** Has these chunks fetched and decoded, the first one first, and forgets all others. */
  want(chunks: readonly number[]): void {
    if (chunks.join() !== this.wanted.join()) {
      this.wanted = chunks;
      for (const chunk of this.decoded.keys()) if (!chunks.includes(chunk)) this.decoded.delete(chunk);
    }
    const missing = chunks.filter((chunk) => !this.decoded.has(chunk) && !this.isBlocked(chunk));
    this.options.fetcher.setWanted(this, missing.map(this.options.addressOf));
    for (const chunk of missing) if (!this.underway.has(chunk)) void this.load(chunk);
  }

  close(): void {
    this.wanted = [];
    this.decoded.clear();
  }

  private async load(chunk: number): Promise<void> {
    this.underway.add(chunk);
    try {
      const bytes = await this.options.fetcher.get(this.options.addressOf(chunk));
      // Decoding takes the buffer away, and the fetcher may give it out again.
      const buffer = await this.codec.decodeAudioData(bytes.slice().buffer);
      if (!this.wanted.includes(chunk)) return;
      this.decoded.set(chunk, buffer);
    } catch (error) {
      if (error instanceof AbandonedError) return;
      this.blocked.set(chunk, performance.now() + RETRY_MS);
      this.options.onError(error instanceof Error ? error.message : String(error));
    } finally {
      this.underway.delete(chunk);
    }
    this.options.onDecoded();
  }

  private isBlocked(chunk: number): boolean {
    const until = this.blocked.get(chunk);
    if (until !== undefined && performance.now() >= until) this.blocked.delete(chunk);
    return this.blocked.has(chunk);
  }
}
