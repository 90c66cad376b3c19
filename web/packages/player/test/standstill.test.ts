import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newCounters } from "../src/counters";
import type { Decoded, SegmentDecoder } from "../src/decode/decoder";
import { SegmentFetcher } from "../src/fetcher";
import type { Sample } from "../src/fmp4";
import { FrameTable, Grid } from "../src/frame-table";
import { RenditionStream } from "../src/rendition-stream";
import { Signal } from "../src/signal";
import { windowAround } from "../src/window";
import { TICKS, TIMESCALE, written } from "./fragments";

const FRAMES = TICKS.length;
const LENGTH = 4;
const PLANES = { width: 2, height: 2, luma: new Uint8Array(4), chroma: null };

/** Gives a picture for each sample as soon as it has it. */
class Prompt implements SegmentDecoder {
  private readonly news = new Signal();
  private samples: Sample[] = [];
  private first = 0;
  private done = 0;

  start(firstFrame: number): void {
    this.samples = [];
    this.first = firstFrame;
    this.done = 0;
  }

  give(samples: readonly Sample[]): void {
    this.samples.push(...samples);
    this.news.notify();
  }

  async next(): Promise<Decoded> {
    while (this.done === this.samples.length) await this.news.wait();
    return { frame: this.first + this.done++, planes: PLANES };
  }

  close(): void {
    this.samples = [];
  }
}

/** The moof and mdat pairs of a file's media, one for each frame. */
function pairsOf(media: Uint8Array): Uint8Array[] {
  const pairs: Uint8Array[] = [];
  const view = new DataView(media.buffer, media.byteOffset);
  // Behind the last one there is an index.
  for (let at = 0; pairs.length < FRAMES; ) {
    const mdat = at + view.getUint32(at);
    const end = mdat + view.getUint32(mdat);
    pairs.push(media.subarray(at, end));
    at = end;
  }
  return pairs;
}

let server: Server;
let fetcher: SegmentFetcher;
let stream: RenditionStream;
let pairs: Uint8Array[];
let coming: ServerResponse | null = null;

beforeEach(async () => {
  const { init, media } = await written(() => true);
  pairs = pairsOf(media);
  server = createServer((request, response) => {
    if (request.url === "/a") {
      coming = response;
      for (const pair of pairs.slice(0, 2)) response.write(pair);
    } else if (request.url === "/b") response.end(Buffer.concat(pairs.slice(LENGTH, FRAMES)));
    else response.end(init);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const end = (TICKS.at(-1) ?? 0) + 1000;
  const table = { hash: "h", frame_count: FRAMES, timescale: TIMESCALE, ticks: TICKS, end_tick: end, damage: null };
  fetcher = new SegmentFetcher({}, newCounters(), { connections: 3, cacheBytes: 100_000 });
  const about = { codec: "vp09.00.10.08", width: 64, height: 32, range: "full", ready: [] } as const;
  stream = new RenditionStream({ ...about, init: "init", template: "{address}", addresses: ["a", "b"] }, {
    table: new FrameTable(table),
    grid: new Grid(LENGTH, FRAMES),
    fetcher,
    counters: newCounters(),
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    decoders: 1,
    makeDecoder: () => new Prompt(),
    onPicture: () => undefined,
    onChange: () => undefined,
    onError: () => undefined,
    onBroken: () => undefined,
  });
});

afterEach(() => {
  stream.close();
  fetcher.close();
  server.closeAllConnections();
  server.close();
});

it("A segment that stands still leaves its decoder to one that is here, and goes on when more comes", async () => {
  stream.setWindow(windowAround(0, FRAMES, FRAMES, 1, true));
  await vi.waitFor(() => { expect(stream.frames).toEqual([[0, 2]]); });
  await vi.waitFor(() => { expect(stream.frames).toEqual([[0, 2], [4, 7]]); });
  coming?.end(Buffer.concat(pairs.slice(2, LENGTH)));
  await vi.waitFor(() => { expect(stream.frames).toEqual([[0, 7]]); });
});
