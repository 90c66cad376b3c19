import { describe, expect, it } from "vitest";
import { FIT, place, toCanvas, toPicture } from "../src/layout";
import { wantedOrder, windowAround } from "../src/window";

describe("windowAround", () => {
  it("never exceeds its capacity or the clip", () => {
    for (let playhead = 0; playhead < 100; playhead++) {
      for (const capacity of [0, 1, 7, 40, 500]) {
        for (const direction of [1, -1] as const) {
          const { from, to } = windowAround(playhead, capacity, 100, direction, false);
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(100);
          expect(to - from).toBe(Math.max(1, Math.min(capacity, 100)));
          expect(playhead >= from && playhead < to).toBe(true);
        }
      }
    }
  });

  it("keeps most of its room ahead of the playhead", () => {
    expect(windowAround(50, 20, 100, 1, false)).toMatchObject({ from: 45, to: 65 });
    expect(windowAround(50, 20, 100, -1, false)).toMatchObject({ from: 36, to: 56 });
  });

  it("wants the playhead first, then what playback reaches next", () => {
    const order = (direction: 1 | -1, both: boolean) => [...wantedOrder(windowAround(5, 5, 100, direction, both))];
    expect(order(1, false)).toEqual([5, 6, 7, 8]);
    expect(order(1, true)).toEqual([5, 6, 7, 8, 4]);
    expect(order(-1, true)).toEqual([5, 4, 3, 2, 6]);
  });

  it("wants nothing else while a hand passes by, and keeps what is there", () => {
    const window = windowAround(50, 20, 100, 1, true, true);
    expect([...wantedOrder(window)]).toEqual([50]);
    expect(window.to - window.from).toBe(20);
  });
});

describe("place", () => {
  const canvas = { width: 1000, height: 500 };
  const picture = { width: 320, height: 180 };

  it("fits the whole picture into the canvas at zoom 1", () => {
    const { left, top, scale } = place(canvas, picture, FIT);
    expect(scale).toBeCloseTo(500 / 180);
    expect(top).toBeCloseTo(0);
    expect(left).toBeCloseTo((1000 - 320 * scale) / 2);
  });

  it("maps clicks to the picture and back at any zoom", () => {
    const placement = place(canvas, picture, { zoom: 3.7, centerX: 0.2, centerY: 0.9 });
    expect(toPicture(placement, picture, 500, 250)).toEqual([expect.closeTo(0.2), expect.closeTo(0.9)]);
    const [x, y] = toCanvas(placement, picture, 0.31, 0.77);
    expect(toPicture(placement, picture, x, y)).toEqual([expect.closeTo(0.31), expect.closeTo(0.77)]);
  });
});
