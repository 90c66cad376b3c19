import { describe, expect, it } from "vitest";
import { PlayClock } from "../src/clock";
import { FrameTable, Grid, rangesOf } from "../src/frame-table";
import { Playback } from "../src/playback";

/** Ten frames of uneven length: 0, 10, 20, 50, 60, 70, 80, 90, 100, 110; the end at 140. */
const TICKS = [0, 10, 20, 50, 60, 70, 80, 90, 100, 110];
const table = new FrameTable({
  hash: "h",
  frame_count: TICKS.length,
  timescale: 1000,
  ticks: TICKS,
  end_tick: 140,
  damage: null,
});

describe("FrameTable", () => {
  it("names the frame that is shown at any time", () => {
    for (let tick = 0; tick < 140; tick++) {
      const frame = table.frameAt(tick);
      expect(tick).toBeGreaterThanOrEqual(table.tickOf(frame));
      expect(tick).toBeLessThan(table.tickOf(frame) + table.durationOf(frame));
    }
  });

  it("clamps times and frames outside the clip", () => {
    expect([table.frameAt(-5), table.frameAt(1e9), table.clamp(-1), table.clamp(99)]).toEqual([0, 9, 0, 9]);
  });

  it("refuses tables that do not rise", () => {
    const wrong = { hash: "h", frame_count: 2, timescale: 1, ticks: [0, 0], end_tick: 5, damage: null };
    expect(() => new FrameTable(wrong)).toThrow("does not rise");
  });
});

describe("Grid", () => {
  it("cuts frames into cells, the last one shorter", () => {
    const grid = new Grid(4, 10);
    expect([grid.segmentOf(7), grid.cell(1), grid.cell(2)]).toEqual([1, [4, 8], [8, 10]]);
  });

  it("joins neighbouring frames to ranges", () => {
    expect(rangesOf([0, 1, 2, 5, 7, 8])).toEqual([[0, 3], [5, 6], [7, 9]]);
  });
});

describe("PlayClock", () => {
  it("stands still until its delay is over", () => {
    let now = 0;
    const clock = new PlayClock(1000, () => now);
    clock.start(50, 30);
    now = 20;
    expect(clock.tick).toBe(50);
    now = 40;
    expect(clock.tick).toBe(60);
  });

  it("follows another clock, but not one that speaks of an older motion", () => {
    let now = 0;
    const clock = new PlayClock(1000, () => now);
    clock.start(0);
    const { generation } = clock.moving ?? { generation: -1 };
    now = 100;
    clock.correct({ generation, seconds: 0.09, at: 100 });
    expect(clock.tick).toBe(90);
    clock.setRate(2);
    clock.correct({ generation, seconds: 5, at: 100 });
    expect(clock.tick).toBe(90);
    expect(clock.moving).toMatchObject({ seconds: 0.09, at: 100, rate: 2 });
  });

  it("runs at its rate and changes speed without a jump", () => {
    let now = 0;
    const clock = new PlayClock(1000, () => now);
    clock.start(50);
    now = 20;
    expect(clock.tick).toBe(70);
    clock.setRate(2);
    now = 30;
    expect(clock.tick).toBe(90);
    clock.hold();
    now = 99;
    expect(clock.tick).toBe(90);
  });
});

describe("Playback", () => {
  const everything = () => true;

  function playing(rate = 1) {
    const time = { now: 0 };
    const playback = new Playback(table, new PlayClock(1000, () => time.now));
    playback.setRate(rate);
    return { time, playback };
  }

  it("holds each frame for as long as the table says", () => {
    const { time, playback } = playing();
    playback.start(0);
    const shown = [];
    for (time.now = 0; time.now < 140; time.now += 5) shown.push(playback.advance(everything).frame);
    expect(shown.filter((frame) => frame === 2)).toHaveLength(6);
    expect(shown.filter((frame) => frame === 1)).toHaveLength(2);
    time.now = 140;
    expect(playback.advance(everything)).toMatchObject({ frame: 9, ended: true });
  });

  it("stops the clock at a missing frame and goes on from there", () => {
    const { time, playback } = playing();
    playback.start(0);
    playback.advance(everything);
    time.now = 65;
    expect(playback.advance((frame) => frame < 3)).toMatchObject({ frame: 2, stalled: true, ended: false });
    time.now = 500;
    expect(playback.advance((frame) => frame < 3)).toMatchObject({ frame: 2, stalled: false });
    expect(playback.isWaiting).toBe(true);
    expect(playback.advance(everything).frame).toBe(2);
    time.now = 531;
    expect(playback.advance(everything).frame).toBe(3);
  });

  it("counts what a slow display passes over", () => {
    const { time, playback } = playing(4);
    playback.start(0);
    playback.advance(everything);
    time.now = 16;
    expect(playback.advance(everything)).toMatchObject({ frame: 4, skipped: 3 });
  });

  it("plays a loop from its start each time, and a clip to its end beyond one", () => {
    const { time, playback } = playing();
    playback.setLoop([2, 5]);
    playback.start(2);
    playback.advance(everything);
    time.now = 39;
    expect(playback.advance(everything)).toMatchObject({ frame: 3, ended: false });
    time.now = 500;
    expect(playback.advance(everything)).toMatchObject({ frame: 4, ended: true });
    expect([playback.loops, playback.firstOf(4), playback.isLast(4), playback.isLast(3)]).toEqual([true, 2, true, false]);
    playback.start(7);
    expect([playback.loops, playback.isLast(9)]).toEqual([false, true]);
  });

  it("holds the first frame for the sound's way to the ear", () => {
    const { time, playback } = playing();
    playback.setLead(40);
    playback.start(0);
    playback.advance(everything);
    time.now = 45;
    expect(playback.advance(everything).frame).toBe(0);
    time.now = 51;
    expect(playback.advance(everything).frame).toBe(1);
    expect(playback.motion).toMatchObject({ seconds: 0, at: 40, rate: 1 });
  });

  it("plays backwards to the first frame", () => {
    const { time, playback } = playing(-1);
    playback.start(9);
    const shown = [];
    for (time.now = 0; time.now < 140; time.now += 5) shown.push(playback.advance(everything).frame);
    expect(shown).toEqual([...shown].sort((a, b) => b - a));
    time.now = 141;
    expect(playback.advance(everything)).toMatchObject({ frame: 0, ended: true });
  });
});
