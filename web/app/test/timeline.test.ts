import { describe, expect, it } from "vitest";
import {
  cuts,
  frameCentre,
  frameToX,
  hitRanges,
  keepFrameInSight,
  layOutLanes,
  nextKeyframe,
  panTrack,
  playFrom,
  previousKeyframe,
  reached,
  rulerStep,
  spanOf,
  tileSpans,
  wholeClip,
  xToFrame,
  zoomTrack,
  type Track,
} from "../src/logic/timeline";
import type { Range } from "../src/logic/ranges";

const whole = (width: number, frameCount: number): Track => ({
  width,
  frameCount,
  ...wholeClip(frameCount),
});
const track = whole(1000, 250);

describe("timeline", () => {
  it("finds each frame again under its own middle", () => {
    const zoomed = { ...track, first: 71.3, shown: 31.7 };
    for (let frame = 0; frame < track.frameCount; frame += 1) {
      expect(xToFrame(track, frameCentre(track, frame))).toBe(frame);
      expect(xToFrame(zoomed, frameCentre(zoomed, frame))).toBe(frame);
    }
  });

  it("keeps positions outside within the clip", () => {
    expect(xToFrame(track, -50)).toBe(0);
    expect(xToFrame(track, 5000)).toBe(249);
    expect(xToFrame(whole(0, 10), 3)).toBe(0);
  });

  it("works for a clip of a single frame", () => {
    const one = whole(800, 1);
    expect(xToFrame(one, 799)).toBe(0);
    expect(frameToX(one, 1)).toBe(800);
  });

  it("chooses ruler steps that leave room for labels", () => {
    expect(rulerStep(track, 25, 56)).toBe(25);
    expect(rulerStep(whole(1000, 10), 25, 56)).toBe(1);
    expect(rulerStep(whole(1000, 90_000), 25, 56)).toBe(7500);
    expect(rulerStep({ ...whole(1000, 90_000), shown: 25 }, 25, 56)).toBe(5);
  });

  it("gives each mark room for the pointer, and the nearest one where marks are close", () => {
    expect(hitRanges([100, 200], 24, 1000)).toEqual([[88, 112], [188, 212]]);
    expect(hitRanges([6, 994], 24, 1000)).toEqual([[0, 24], [976, 1000]]);
    const places = [6, 10, 11, 40, 60, 994];
    const hits = hitRanges(places, 24, 1000);
    for (let x = 0.25; x < 1000; x += 0.5) {
      const hit = hits.findIndex(([from, to]) => x >= from && x < to);
      const nearest = Math.min(...places.map((place) => Math.abs(place - x)));
      if (nearest < 12) expect(Math.abs((places[hit] ?? Infinity) - x)).toBe(nearest);
    }
  });

  it("knows cuts and neighbouring keyframes", () => {
    expect(cuts([[0, 40], [40, 90]])).toEqual([40]);
    expect(cuts(null)).toEqual([]);
    expect(previousKeyframe([0, 30, 60], 30)).toBe(0);
    expect(nextKeyframe([0, 30, 60], 30)).toBe(60);
    expect(nextKeyframe([0], 0)).toBeNull();
  });
});

describe("zoom of the timeline", () => {
  it("keeps the frame under the pointer where it is", () => {
    const at = 730;
    const before = xToFrame(track, at);
    const closer = { ...track, ...zoomTrack(track, 4, at) };
    expect(closer.shown).toBeCloseTo(62.5);
    expect(xToFrame(closer, at)).toBe(before);
    const back = zoomTrack(closer, 0.25, at);
    expect(back.first).toBeCloseTo(0);
    expect(back.shown).toBeCloseTo(250);
  });

  it("never shows more than the clip, nor less than frames that can be told apart", () => {
    expect(zoomTrack(track, 0.01, 500)).toEqual(wholeClip(250));
    expect(zoomTrack(track, 1000, 500).shown).toBeCloseTo(1000 / 48);
    expect(zoomTrack(whole(1000, 3), 1000, 500)).toEqual(wholeClip(3));
  });

  it("pans up to the clip's ends", () => {
    const zoomed = { ...track, first: 100, shown: 50 };
    expect(panTrack(zoomed, 200)).toEqual({ first: 110, shown: 50 });
    expect(panTrack(zoomed, -99_999).first).toBe(0);
    expect(panTrack(zoomed, 99_999).first).toBe(200);
  });

  it("turns the page when the playhead leaves, and else stays", () => {
    const window = { first: 100, shown: 50 };
    expect(keepFrameInSight(window, 149, 250)).toBe(window);
    expect(keepFrameInSight(window, 100, 250)).toBe(window);
    expect(keepFrameInSight(window, 150, 250)).toEqual({ first: 145, shown: 50 });
    expect(keepFrameInSight(window, 99, 250)).toEqual({ first: 54, shown: 50 });
    expect(keepFrameInSight(window, 249, 250)).toEqual({ first: 200, shown: 50 });
  });
});

describe("filmstrip", () => {
  it("covers what is in sight without a gap and without repeating a frame", () => {
    for (const window of [track, { ...track, first: 33.3, shown: 20 }, whole(1000, 2)]) {
      const tiles = tileSpans(window, 80);
      expect(tiles[0]?.start).toBeLessThanOrEqual(window.first);
      expect(tiles.at(-1)?.stop).toBeGreaterThanOrEqual(
        Math.min(window.frameCount, Math.floor(window.first + window.shown)),
      );
      for (const [index, tile] of tiles.entries()) {
        expect(tile.frame).toBeGreaterThanOrEqual(tile.start);
        expect(tile.frame).toBeLessThan(tile.stop);
        if (index > 0) expect(tile.start).toBe(tiles[index - 1]?.stop);
      }
    }
  });

  it("uses the same frames again while it pans", () => {
    const at = (first: number) =>
      tileSpans({ ...track, first, shown: 50 }, 80).map((tile) => tile.frame);
    const later = new Set(at(104));
    expect(at(100).filter((frame) => later.has(frame)).length).toBeGreaterThan(8);
  });
});

describe("spans", () => {
  const shots = [[0, 100], [100, 180], [180, 250]] as const;

  const spanAt = (frame: number, others: readonly number[], cut: readonly Range[] | null, ...none: number[]) => {
    const all = [frame, ...others].map((each) => ({ frame: each, absent: none.includes(each) }));
    return spanOf(all[0] ?? { frame, absent: false }, all, cut, cut ? 250 : 8000);
  };

  it("reach up to the neighbouring keyframes", () => {
    expect(spanAt(40, [0, 70], shots)).toEqual([1, 70]);
    expect(spanAt(0, [40, 70], null)).toEqual([0, 40]);
  });

  it("end at the cuts", () => {
    expect(spanAt(70, [0, 200], shots)).toEqual([1, 100]);
    expect(spanAt(200, [0, 70], shots)).toEqual([180, 250]);
  });

  it("end where a neighbour is so much nearer that they do not count", () => {
    expect(spanAt(1000, [5000], null)).toEqual([0, 4001]);
    expect(spanAt(5000, [1000], null)).toEqual([2000, 8000]);
    // 480 frames always count.
    expect(spanAt(1000, [1600], null)).toEqual([0, 1481]);
    expect(spanAt(1600, [1000], null)).toEqual([1120, 8000]);
  });

  it("go all the way from and to a keyframe without the object, and no further back than that", () => {
    expect(spanAt(1000, [5000], null, 5000)).toEqual([0, 5000]);
    expect(spanAt(5000, [1000], null, 5000)).toEqual([1001, 8000]);
    expect(spanAt(1000, [5000], null, 1000)).toEqual([0, 5000]);
    expect(spanAt(5000, [1000], null, 1000)).toEqual([5000, 8000]);
  });

  it("leave out shots without a keyframe", () => {
    expect(reached([0, 200], shots, 250)).toEqual([[0, 100], [180, 250]]);
    expect(reached([3], null, 250)).toEqual([[0, 250]]);
    expect(reached([], null, 250)).toEqual([]);
  });
});

describe("a loop", () => {
  it("is entered at its start from beyond its end, and met from before it", () => {
    expect([5, 12, 20].map((frame) => playFrom(frame, [10, 20], 1))).toEqual([5, 12, 10]);
    expect([5, 12, 20].map((frame) => playFrom(frame, [10, 20], -1))).toEqual([19, 12, 20]);
    expect(playFrom(7, null, 1)).toBe(7);
  });
});

describe("lanes", () => {
  it("give the selected object more room", () => {
    expect(layOutLanes(["a", "b", "c"], "b", 22, 40)).toEqual([
      { id: "a", top: 0, height: 22 },
      { id: "b", top: 22, height: 40 },
      { id: "c", top: 62, height: 22 },
    ]);
  });
});
