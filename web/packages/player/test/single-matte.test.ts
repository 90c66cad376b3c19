import { createServer, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newCounters, type Counters } from "../src/counters";
import { SegmentFetcher } from "../src/fetcher";
import { FrameTable, Grid } from "../src/frame-table";
import type { Rendition } from "../src/manifest";
import type { RenditionStream } from "../src/rendition-stream";
import { windowAround } from "../src/window";
import { grey } from "./pngs";
import { undecodedStream } from "./streams";

const LENGTH = 4;
const FRAMES = 2 * LENGTH;
const SIDE = 16;
const ticks = Array.from({ length: FRAMES }, (_, frame) => frame);
const table = { hash: "h", frame_count: FRAMES, timescale: 24, ticks, end_tick: FRAMES, damage: null };
const at = (frame: number, bothWays = true, passing = false) =>
  windowAround(frame, FRAMES, FRAMES, 1, bothWays, passing);

const about = { codec: "avc1", width: SIDE, height: SIDE, range: "full", ready: [] } as const;
const matte: Rendition = {
  ...about,
  init: "init",
  template: "{address}",
  frame_template: "{address}/{frame}.png",
  addresses: ["a", "b"],
};

/** Two segments of a matte that the server never finishes; it answers for single frames as a test decides. */
describe("The matte of the frame in sight", () => {
  let server: Server;
  let singles: string[];
  let segments: string[];
  let answer: (response: ServerResponse, path: string) => void;
  let counters: Counters;
  let fetcher: SegmentFetcher;
  let stream: RenditionStream;
  let shown: number;

  function open(rendition: Rendition) {
    const about = { table: new FrameTable(table), grid: new Grid(LENGTH, FRAMES), fetcher, counters };
    stream = undecodedStream(server, rendition, { ...about, onPicture: () => { shown += 1; } });
  }

  /** What was asked for before and with a segment, until something was that came later. */
  async function settled(): Promise<string[]> {
    await vi.waitFor(() => { expect(segments).not.toEqual([]); });
    stream.setWindow(at(LENGTH + 3));
    await vi.waitFor(() => { expect(singles).toContain("/b/7.png"); });
    return singles.filter((path) => path !== "/b/7.png");
  }

  beforeEach(async () => {
    singles = [];
    segments = [];
    shown = 0;
    answer = (response) => response.end(grey(200, SIDE));
    server = createServer((request, response) => {
      const path = request.url ?? "";
      if (path === "/init") response.end("init");
      if (path.endsWith(".png")) {
        singles.push(path);
        answer(response, path);
      } else if (path !== "/init") segments.push(path);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    counters = newCounters();
    fetcher = new SegmentFetcher({}, counters, { connections: 3, cacheBytes: 10_000 });
  });

  afterEach(() => {
    stream.close();
    fetcher.close();
    server.closeAllConnections();
    server.close();
  });

  it("is there before its segment, in which it comes late", async () => {
    open(matte);
    stream.setWindow(at(2));
    await vi.waitFor(() => { expect(shown).toBe(1); });
    expect(stream.get(2)?.luma).toEqual(new Uint8Array(SIDE * SIDE).fill(200));
    expect(stream.frames).toEqual([[2, 3]]);
    expect(singles).toEqual(["/a/2.png"]);
  });

  it("is not shown any more once its revision is not", async () => {
    open(matte);
    stream.setWindow(at(2));
    await vi.waitFor(() => { expect(shown).toBe(1); });
    stream.setRendition({ ...matte, addresses: ["c", "b"] });
    expect(stream.get(2)).toBeUndefined();
    await vi.waitFor(() => { expect(shown).toBe(2); });
    expect(singles).toEqual(["/a/2.png", "/c/2.png"]);
  });

  it("is not taken for that of a revision which came while it was on its way", async () => {
    const held: ServerResponse[] = [];
    answer = (response, path) => {
      if (path === "/a/2.png") held.push(response);
      else response.end(grey(7, SIDE));
    };
    open(matte);
    stream.setWindow(at(2));
    await vi.waitFor(() => { expect(held).toHaveLength(1); });
    stream.setRendition({ ...matte, addresses: ["c", "b"] });
    held[0]?.end(grey(200, SIDE));
    await vi.waitFor(() => { expect(stream.get(2)?.luma[0]).toBe(7); });
    expect(shown).toBe(1);
  });

  it.each([
    ["its segment begins with it", matte, at(LENGTH)],
    ["its segment is made", { ...matte, ready: [[0, 1]] }, at(2)],
    ["the clip plays", matte, at(2, false)],
    ["a hand passes over it", matte, at(2, true, true)],
  ] as const)("is not asked for where %s", async (_, rendition, window) => {
    open(rendition);
    stream.setWindow(window);
    expect(await settled()).toEqual([]);
  });

  it("is not asked for of a rendition that has no single frames, as the video", async () => {
    open({ ...about, init: matte.init, template: matte.template, addresses: matte.addresses });
    stream.setWindow(at(2));
    await vi.waitFor(() => { expect(segments).toHaveLength(2); });
    expect(singles).toEqual([]);
  });

  it("is given up when the playhead goes on", async () => {
    let given = false;
    answer = (response, path) => {
      if (path === "/a/2.png") response.once("close", () => { given = true; });
      else response.end(grey(9, SIDE));
    };
    open(matte);
    stream.setWindow(at(2));
    await vi.waitFor(() => { expect(singles).toEqual(["/a/2.png"]); });
    stream.setWindow(at(3));
    await vi.waitFor(() => { expect(stream.get(3)?.luma[0]).toBe(9); });
    await vi.waitFor(() => { expect(given).toBe(true); });
    expect(stream.get(2)).toBeUndefined();
  });

  it("is left to its segment where the server refuses it or sends another size", async () => {
    answer = (response, path) => {
      if (path === "/a/2.png") response.writeHead(404).end();
      else response.end(grey(9, SIDE / 2));
    };
    open(matte);
    stream.setWindow(at(2));
    await vi.waitFor(() => { expect(singles).toEqual(["/a/2.png"]); });
    expect(await settled()).toEqual(["/a/2.png"]);
    expect(shown).toBe(0);
  });

  it("is asked for again once the server may be back, after all attempts for it had failed", async () => {
    answer = (response) => response.writeHead(404).end();
    open(matte);
    stream.setWindow(at(2));
    await vi.waitFor(() => { expect(singles).toEqual(["/a/2.png"]); });
    answer = (response) => response.end(grey(7, SIDE));
    await vi.waitFor(() => {
      stream.retry();
      expect(stream.get(2)?.luma[0]).toBe(7);
    });
    expect(singles).toEqual(["/a/2.png", "/a/2.png"]);
  });
});
