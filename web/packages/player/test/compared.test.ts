import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newCounters } from "../src/counters";
import { Clip } from "../src/engine/clip";
import { LiveMasks } from "../src/engine/live-masks";
import { withGone } from "../src/engine/matte-set";
import { SegmentFetcher } from "../src/fetcher";
import { FrameTable } from "../src/frame-table";
import type { Manifest, Rendition } from "../src/manifest";
import { grey } from "./pngs";

const style = (id: string, visible = true) => ({ id, color: "#ffffff", visible });
const object = (id: string) => ({ id, color: "#ff8800" });
const earlier = { objects: [object("kept"), object("gone")] } as unknown as Manifest;

describe("the objects of a revision that is compared with", () => {
  it("are seen as they are now, with those that are gone since in their own colours", () => {
    const seen = [style("kept", false), style("new"), style("newer")];
    expect(withGone(seen, earlier).slice(0, 3)).toEqual(seen);
    expect(withGone([style("kept")], earlier)).toEqual([
      style("kept"),
      { id: "gone", color: "#ff8800", visible: true },
    ]);
  });

  it("are only one where one of several is shown", () => {
    const seen = [style("kept"), style("new", false)];
    expect(withGone(seen, earlier)).toEqual(seen);
  });
});

const LENGTH = 4;
const FRAMES = 2 * LENGTH;
const SIDE = 16;
const FRAME = 2;

const rendition = (range: "limited" | "full", addresses: readonly string[]): Rendition => ({
  codec: "vp09.00.10.08",
  width: SIDE,
  height: SIDE,
  range,
  init: "init",
  template: "{address}",
  addresses,
  ready: [],
});

/** A revision of one object; its first segment has that address. */
const manifestOf = (revision: number, address: string): Manifest => ({
  version: 1,
  project: "p",
  revision,
  frame_table: { uri: "table", hash: "h" },
  timescale: 24,
  grid: { length: LENGTH, segment_count: 2, frame_count: FRAMES },
  shots: null,
  video: rendition("limited", ["v", "w"]),
  objects: [
    {
      id: "o",
      name: "Object",
      color: "#ff8800",
      keyframes: [0],
      matte: { ...rendition("full", [address, "z"]), frame_template: "{address}/{frame}.png" },
    },
  ],
});

/** A server that finishes no segment, and sends mattes of single frames by their addresses' greys. */
describe("a revision that is compared with while cuts have yet to decide some", () => {
  const greys: Readonly<Record<string, number>> = { now: 200, then: 7 };
  let server: Server;
  let fetcher: SegmentFetcher;
  let clip: Clip;

  function open(manifest: Manifest) {
    const ticks = Array.from({ length: FRAMES }, (_, frame) => frame);
    const table = { hash: "h", frame_count: FRAMES, timescale: 24, ticks, end_tick: FRAMES, damage: null };
    clip = new Clip({
      manifest,
      table: new FrameTable(table),
      decoder: "webcodecs",
      fetcher,
      counters: newCounters(),
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      bytes: 2 ** 20,
      hooks: { onChange: () => undefined, onError: () => undefined, onBroken: () => undefined },
      liveMasks: new LiveMasks(),
    });
    clip.buffers.setPlayhead({ frame: FRAME, direction: 1, bothWays: true, passing: false });
  }

  /** What both sides of the wipe have of the frame, by one of its pixels. */
  const sides = () => ({
    right: clip.buffers.mattesOf(FRAME)[0]?.pixels?.[0] ?? null,
    left: clip.buffers.comparedMattesOf(FRAME)[0]?.pixels?.[0] ?? null,
  });

  beforeEach(async () => {
    server = createServer((request, response) => {
      const [, address = "", frame] = (request.url ?? "").split("/");
      if (frame === `${FRAME}.png`) response.end(grey(greys[address] ?? 0, SIDE));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    fetcher = new SegmentFetcher({}, newCounters(), { connections: 20, cacheBytes: 10_000 });
  });

  afterEach(() => {
    clip.close();
    fetcher.close();
    server.closeAllConnections();
    server.close();
  });

  it("shows nothing of the present one in its place", async () => {
    open(manifestOf(2, "now"));
    await clip.compareWith(1, () => Promise.resolve(manifestOf(1, "")));
    await vi.waitFor(() => { expect(sides().right).toBe(200); });
    expect(sides().left).toBeNull();
    expect(clip.buffers.comparedMattesOf(FRAME)).toMatchObject([{ expected: true, coming: false }]);
  });

  it("shows its own once they are decided, though the present one came to be first", async () => {
    const answers = [manifestOf(1, ""), manifestOf(1, ""), manifestOf(1, "then")];
    const read = vi.fn(() => Promise.resolve(answers[read.mock.calls.length - 1] ?? manifestOf(1, "?")));
    open(manifestOf(2, ""));
    await clip.compareWith(1, read);
    expect(sides()).toEqual({ right: null, left: null });
    clip.setManifest(manifestOf(2, "now"));
    await clip.readDecisions(read);
    await vi.waitFor(() => { expect(sides()).toEqual({ right: 200, left: null }); });
    await clip.readDecisions(read);
    await vi.waitFor(() => { expect(sides()).toEqual({ right: 200, left: 7 }); });
    // All is decided: nothing is read any more.
    await clip.readDecisions(read);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it("keeps what was read of it where it cannot be read again", async () => {
    open(manifestOf(2, "now"));
    await clip.compareWith(1, () => Promise.resolve(manifestOf(1, "")));
    await clip.readDecisions(() => Promise.reject(new Error("The server is gone.")));
    expect(clip.compared).toBe(1);
    await clip.readDecisions(() => Promise.resolve(manifestOf(1, "then")));
    await vi.waitFor(() => { expect(sides()).toEqual({ right: 200, left: 7 }); });
  });

  it("shares what both have, and nothing else", async () => {
    open(manifestOf(2, "now"));
    await clip.compareWith(1, () => Promise.resolve(manifestOf(1, "now")));
    await vi.waitFor(() => { expect(sides()).toEqual({ right: 200, left: 200 }); });
  });
});
