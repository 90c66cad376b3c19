import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Arrival } from "../src/arrival";
import { newCounters } from "../src/counters";
import { SegmentFetcher } from "../src/fetcher";
import { readInit, wholePairs } from "../src/fmp4";
import { FrameTable, Grid } from "../src/frame-table";
import { payload, TICKS, TIMESCALE, written } from "./fragments";

const FRAMES = TICKS.length;

/** One segment over a real connection; the test decides how the server answers for it. */
describe("Arrival", () => {
  let made: Awaited<ReturnType<typeof written>>;
  let server: Server;
  let answers: ((response: ServerResponse) => void)[];
  let fetcher: SegmentFetcher;
  let begin: () => Arrival;

  beforeEach(async () => {
    made = await written();
    answers = [];
    server = createServer((request, response) => {
      if (request.url === "/init") response.end(made.init);
      else answers.shift()?.(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    fetcher = new SegmentFetcher({}, newCounters(), { connections: 3, cacheBytes: 1e6 }, () => Promise.resolve());
    const { timescale } = readInit(made.init);
    const ticks = TICKS.map((one) => (one * timescale) / TIMESCALE);
    const about = { hash: "h", frame_count: FRAMES, timescale, end_tick: timescale, damage: null };
    const expected = { segment: 0, grid: new Grid(FRAMES, FRAMES), table: new FrameTable({ ...about, ticks }) };
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    begin = () => new Arrival(fetcher, expected, `${origin}/segment`, `${origin}/init`, () => undefined);
  });

  afterEach(() => {
    fetcher.close();
    server.closeAllConnections();
    server.close();
  });

  it("takes no sample back when its connection broke and it comes once more from its beginning", async () => {
    const { media } = made;
    const firstPair = wholePairs(media.subarray(0, media.length - 1));
    let breakOff: () => void = () => undefined;
    let finish: () => void = () => undefined;
    answers = [
      (response) => {
        response.write(media.subarray(0, firstPair));
        breakOff = () => response.destroy();
      },
      (response) => {
        response.write(media.subarray(0, 10));
        finish = () => response.end(media.subarray(10));
      },
    ];
    const arrival = begin();
    await vi.waitFor(() => { expect(arrival.samples.length).toBeGreaterThan(0); });
    const early = arrival.samples;
    const again = new Promise<void>((resolve) => {
      fetcher.onArrival(() => { resolve(); });
    });
    breakOff();
    await again;
    expect(arrival.samples).toEqual(early);
    finish();
    await vi.waitFor(() => { expect(arrival.isComplete).toBe(true); });
    expect(arrival.samples.slice(0, early.length)).toEqual(early);
    expect(arrival.samples.map(({ data }) => [...data])).toEqual(TICKS.map((_, i) => [...payload(i)]));
  });
});
