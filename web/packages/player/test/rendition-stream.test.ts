import { createServer, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { newCounters, type Counters } from "../src/counters";
import { SegmentFetcher } from "../src/fetcher";
import { FrameTable, Grid } from "../src/frame-table";
import type { RenditionStream } from "../src/rendition-stream";
import { windowAround } from "../src/window";
import { undecodedStream } from "./streams";

const FRAMES = 4;
const window = windowAround(0, FRAMES, FRAMES, 1, true);
const ticks = Array.from({ length: FRAMES }, (_, frame) => frame);
const table = { hash: "h", frame_count: FRAMES, timescale: 24, ticks, end_tick: FRAMES, damage: null };

/** A clip of one segment; the test decides how the server answers for it. */
describe("RenditionStream", () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  let asked: number;
  let counters: Counters;
  let fetcher: SegmentFetcher;
  let stream: RenditionStream;
  let errors: string[];

  beforeEach(async () => {
    asked = 0;
    errors = [];
    server = createServer((request, response) => {
      if (request.url !== "/segment") {
        response.end("init");
        return;
      }
      asked++;
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    counters = newCounters();
    fetcher = new SegmentFetcher({}, counters, { connections: 3, cacheBytes: 1000 });
    const about = { codec: "avc1", width: 16, height: 16, range: "limited", ready: [] } as const;
    const rendition = { ...about, init: "init", template: "{address}", addresses: ["segment"] };
    const given = { table: new FrameTable(table), grid: new Grid(FRAMES, FRAMES), fetcher, counters };
    stream = undecodedStream(server, rendition, { ...given, onError: (code) => errors.push(code) });
  });

  afterEach(() => {
    stream.close();
    fetcher.close();
    server.closeAllConnections();
    server.close();
  });

  it("keeps to a segment that the server has made after it failed, whatever others want", async () => {
    answer = (response) => response.writeHead(404).end();
    stream.setWindow(window);
    await vi.waitFor(() => { expect(errors).toEqual(["network"]); });
    stream.setWindow(window);
    answer = () => undefined;
    stream.markReady("segment");
    await vi.waitFor(() => { expect(asked).toBe(2); });
    fetcher.setWanted({}, []);
    expect(counters.aborts).toBe(0);
  });

  it("asks for nothing more once it is closed, not even for what had failed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    onTestFinished(() => { vi.useRealTimers(); });
    answer = (response) => response.writeHead(404).end();
    stream.setWindow(window);
    await vi.waitFor(() => { expect(errors).toEqual(["network"]); });
    stream.close();
    const { fetches } = counters;
    vi.advanceTimersByTime(60_000);
    expect(counters.fetches).toBe(fetches);
  });
});
