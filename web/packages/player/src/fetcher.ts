/**
 * Fetches segments, few at a time, the most urgent first. Those who need segments declare the whole
 * list each time it changes; what nobody wants any more is aborted, which also stops the server's
 * work on it (protocol P15).
 */

import type { Counters } from "./counters";
import { Emitter } from "./emitter";

/** Browsers open six connections to a host; sound, events, clicks and small pictures need the rest. */
export const CONNECTIONS = 3;
/**
 * Rank from which on a request may be stopped for those before it: the playhead's segment, and the
 * initialisation of its rendition, without which that is of no use.
 */
const POSTPONABLE = 2;
const ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;

/** The request was given up because nobody wants it any more. */
export class AbandonedError extends Error {}

/** The request failed for good; `message` is one sentence. */
export class FetchError extends Error {}

export interface FetchLimits {
  /** Requests at once. */
  readonly connections: number;
  /** What is kept of what nobody wants at the moment. */
  readonly cacheBytes: number;
}

interface Entry {
  readonly url: string;
  rank: number;
  state: "queued" | "loading" | "done";
  bytes: Uint8Array | null;
  /** What has come of it while it loads. */
  coming: Gathered | null;
  abort: AbortController;
  /** Its request was stopped for a more urgent one; it queues again. */
  postponed: boolean;
  readonly promise: Promise<Uint8Array>;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export class SegmentFetcher {
  private readonly entries = new Map<string, Entry>();
  private readonly wanted = new Map<object, readonly string[]>();
  private readonly arrivals = new Emitter<{ arrival: string }>();
  private loading = 0;

  /** `sleep` is a parameter so that tests need not wait for the pauses between attempts. */
  constructor(
    private readonly headers: Readonly<Record<string, string>>,
    private readonly counters: Counters,
    private readonly limits: FetchLimits,
    private readonly sleep: (ms: number) => Promise<void> = (ms) =>
      new Promise((resolve) => setTimeout(resolve, ms)),
  ) {}

  /** Declares what `owner` wants from now on, the most urgent first. */
  setWanted(owner: object, urls: readonly string[]): void {
    if (urls.length === 0) this.wanted.delete(owner);
    else this.wanted.set(owner, urls);
    const ranks = this.ranks();
    for (const entry of [...this.entries.values()]) {
      const rank = ranks.get(entry.url);
      if (rank !== undefined) entry.rank = rank;
      else if (entry.state !== "done") this.abandon(entry);
      else entry.rank = Infinity;
    }
    for (const [url, rank] of ranks) if (!this.entries.has(url)) this.add(url, rank);
    this.evict();
    this.fill();
  }

  /**
   * The bytes of a segment; asks for it at once if nobody did.
   *
   * @throws AbandonedError when the wishes changed meanwhile; FetchError when it failed.
   */
  get(url: string): Promise<Uint8Array> {
    const known = this.entries.get(url);
    if (known) return known.promise;
    const entry = this.add(url, 0);
    this.fill();
    return entry.promise;
  }

  /** Calls `listener` with a segment's address each time bytes of it came in; returns how to stop that. */
  onArrival(listener: (url: string) => void): () => void {
    return this.arrivals.on("arrival", listener);
  }

  has(url: string): boolean {
    return this.entries.get(url)?.state === "done";
  }

  /** The bytes of a segment that are here already, be it all of them or its beginning; null before the first. */
  soFar(url: string): Uint8Array | null {
    const entry = this.entries.get(url);
    const coming = entry?.coming?.bytes;
    return entry?.bytes ?? (coming && coming.length > 0 ? coming : null);
  }

  close(): void {
    this.wanted.clear();
    for (const entry of [...this.entries.values()]) {
      if (entry.state !== "done") this.abandon(entry);
    }
    this.entries.clear();
  }

  private ranks(): Map<string, number> {
    const ranks = new Map<string, number>();
    for (const urls of this.wanted.values()) {
      urls.forEach((url, rank) => ranks.set(url, Math.min(rank, ranks.get(url) ?? Infinity)));
    }
    return ranks;
  }

  private add(url: string, rank: number): Entry {
    const { promise, resolve, reject } = withResolvers<Uint8Array>();
    // Prefetched segments may fail before anybody asks for them.
    promise.catch(() => undefined);
    const entry: Entry = {
      url,
      rank,
      state: "queued",
      bytes: null,
      coming: null,
      abort: new AbortController(),
      postponed: false,
      promise,
      resolve,
      reject,
    };
    this.entries.set(url, entry);
    return entry;
  }

  private abandon(entry: Entry): void {
    this.entries.delete(entry.url);
    if (entry.state === "loading") this.counters.aborts++;
    entry.abort.abort();
    entry.reject(new AbandonedError());
  }

  private fill(): void {
    const entries = [...this.entries.values()];
    const queue = entries.filter(({ state }) => state === "queued").sort((a, b) => a.rank - b.rank);
    for (const next of queue) {
      if (this.loading < this.limits.connections) void this.load(next);
      else if (next.rank < POSTPONABLE) this.postponeFor(next);
    }
  }

  /**
   * Frees a connection for what the playhead's picture needs: those ahead of an older playhead, or
   * of another stream, may each keep theirs for seconds, while the server makes them.
   */
  private postponeFor(urgent: Entry): void {
    const entries = [...this.entries.values()];
    const loading = entries.filter(({ state }) => state === "loading");
    const waiting = entries.filter(({ state, rank }) => state === "queued" && rank < POSTPONABLE);
    const leaving = loading.filter(({ postponed }) => postponed);
    if (leaving.length >= waiting.length || !waiting.includes(urgent)) return;
    const [victim] = loading
      .filter(({ rank, postponed }) => rank >= POSTPONABLE && !postponed)
      .sort((a, b) => b.rank - a.rank);
    if (!victim) return;
    victim.postponed = true;
    this.counters.aborts++;
    victim.abort.abort();
  }

  private async load(entry: Entry): Promise<void> {
    entry.state = "loading";
    this.loading++;
    try {
      const bytes = await this.attempt(entry);
      entry.bytes = bytes;
      entry.state = "done";
      this.counters.fetchedBytes += bytes.length;
      entry.resolve(bytes);
      this.arrivals.emit("arrival", entry.url);
      this.evict();
    } catch (error) {
      const current = this.entries.get(entry.url) === entry;
      if (current && entry.postponed) {
        entry.abort = new AbortController();
        entry.postponed = false;
        entry.state = "queued";
        return;
      }
      if (current) this.entries.delete(entry.url);
      entry.reject(error instanceof Error ? error : new FetchError(String(error)));
    } finally {
      entry.coming = null;
      this.loading--;
      this.fill();
    }
  }

  private async attempt(entry: Entry): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.request(entry);
      } catch (error) {
        if (isAborted(entry.abort.signal)) throw new AbandonedError();
        if (error instanceof FetchError || attempt === ATTEMPTS) throw asFetchError(entry.url, error);
        this.counters.retries++;
        await this.sleep(FIRST_DELAY_MS * 3 ** (attempt - 1));
        if (isAborted(entry.abort.signal)) throw new AbandonedError();
      }
    }
  }

  private async request(entry: Entry): Promise<Uint8Array> {
    this.counters.fetches++;
    const priority = entry.rank === 0 ? "playhead" : "ahead";
    const response = await fetch(entry.url, {
      headers: { ...this.headers, "Mattebox-Priority": priority },
      signal: entry.abort.signal,
    });
    if (response.ok) return this.gather(entry, response);
    const reason = await problemDetail(response);
    const passing = response.status >= 500 || response.status === 429 || response.status === 408;
    throw passing ? new Error(reason) : new FetchError(reason);
  }

  /** Takes the answer as it comes: the server sends the first pictures before the last ones are made. */
  private async gather(entry: Entry, response: Response): Promise<Uint8Array> {
    const gathered = new Gathered();
    entry.coming = gathered;
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
      gathered.add(piece.value);
      this.arrivals.emit("arrival", entry.url);
    }
    return gathered.bytes.slice();
  }

  /** Forgets unwanted bytes, the oldest first, until the rest fits. */
  private evict(): void {
    let total = 0;
    for (const entry of this.entries.values()) total += entry.bytes?.length ?? 0;
    for (const entry of this.entries.values()) {
      if (total <= this.limits.cacheBytes) return;
      if (entry.rank !== Infinity || !entry.bytes) continue;
      total -= entry.bytes.length;
      this.entries.delete(entry.url);
    }
  }
}

/** Bytes that come piece by piece, joined. */
class Gathered {
  private room = new Uint8Array(2 ** 16);
  private length = 0;

  /** Those that have come; they stay what they are when more come. */
  get bytes(): Uint8Array {
    return this.room.subarray(0, this.length);
  }

  add(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.room.length) {
      const room = new Uint8Array(2 * length);
      room.set(this.bytes);
      this.room = room;
    }
    this.room.set(piece, this.length);
    this.length = length;
  }
}

/** The sentence of a problem-details answer, or its status where it has none. */
export async function problemDetail(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { detail?: unknown };
    if (typeof problem.detail === "string") return problem.detail;
  } catch {
    // Not JSON: a proxy's error page, say. The status has to do.
  }
  return `The server answered ${response.status} for ${response.url}.`;
}

function asFetchError(url: string, error: unknown): FetchError {
  if (error instanceof FetchError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new FetchError(`A segment could not be fetched (${reason}): ${url}.`);
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A function, because a signal may become aborted during an `await` that type narrowing ignores. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
