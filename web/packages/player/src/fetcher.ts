/**
 * Fetches segments, few at a time, the most urgent first. Those who need segments declare the whole
 * list each time it changes; what nobody wants any more is aborted, which also stops the server's
 * work on it (protocol P15).
 */

import type { Counters } from "./counters";
import { Emitter } from "./emitter";

/** Browsers open six connections to a host; events, clicks and uploads need some of them. */
const CONNECTIONS = 4;
const CACHE_BYTES = 48 * 2 ** 20;
const ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;

/** The request was given up because nobody wants it any more. */
export class AbandonedError extends Error {}

/** The request failed for good; `message` is one sentence. */
export class FetchError extends Error {}

interface Entry {
  readonly url: string;
  rank: number;
  state: "queued" | "loading" | "done";
  bytes: Uint8Array | null;
  readonly abort: AbortController;
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

  /** Calls `listener` with the address of each segment that came in; returns how to stop that. */
  onArrival(listener: (url: string) => void): () => void {
    return this.arrivals.on("arrival", listener);
  }

  has(url: string): boolean {
    return this.entries.get(url)?.state === "done";
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
    const abort = new AbortController();
    const entry: Entry = { url, rank, state: "queued", bytes: null, abort, promise, resolve, reject };
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
    while (this.loading < CONNECTIONS) {
      let next: Entry | null = null;
      for (const entry of this.entries.values()) {
        if (entry.state === "queued" && (!next || entry.rank < next.rank)) next = entry;
      }
      if (!next) return;
      void this.load(next);
    }
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
      if (this.entries.get(entry.url) === entry) this.entries.delete(entry.url);
      entry.reject(error instanceof Error ? error : new FetchError(String(error)));
    } finally {
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
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    const reason = await problemDetail(response);
    const passing = response.status >= 500 || response.status === 429 || response.status === 408;
    throw passing ? new Error(reason) : new FetchError(reason);
  }

  /** Forgets unwanted bytes, the oldest first, until the rest fits. */
  private evict(): void {
    let total = 0;
    for (const entry of this.entries.values()) total += entry.bytes?.length ?? 0;
    for (const entry of this.entries.values()) {
      if (total <= CACHE_BYTES) return;
      if (entry.rank !== Infinity || !entry.bytes) continue;
      total -= entry.bytes.length;
      this.entries.delete(entry.url);
    }
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
