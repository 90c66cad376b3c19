import { describe, expect, it } from "vitest";
import { SURE, type Confidence } from "../src/logic/confidence";
import { framesToFix, gainsIn, nextToFix, type Around } from "../src/logic/gain";

const COUNT = 240;
const around: Around = { keyframes: [0], stale: [], shots: null, distance: 6, half: 24 };

/** Sure everywhere but from `start` to before `stop`, where it is as sure as `level`. */
function clip(...doubtful: readonly (readonly [start: number, stop: number, level: number])[]) {
  const frames = Array<number | null>(COUNT).fill(0.98);
  for (const [start, stop, level] of doubtful) frames.fill(level, start, stop);
  return frames;
}

const frames = (confidence: Confidence, part: Partial<Around> = {}) =>
  framesToFix(confidence, { ...around, ...part }).map(({ frame }) => frame);

const first = (confidence: Confidence, part: Partial<Around> = {}) => frames(confidence, part)[0] ?? -1;

describe("the gain of a correction", () => {
  it("is the sum that is written down, whichever keyframes there are beside it", () => {
    const doubts = Float64Array.from({ length: 60 }, (_, i) => Math.abs(Math.sin(i * i)) / 2);
    for (const [before, behind] of [[false, false], [true, false], [false, true], [true, true]] as const) {
      const stretch = { start: 10, stop: 50, before, behind };
      const gains = gainsIn(doubts, stretch, 12);
      const influence = (f: number, g: number) => {
        const away = Math.abs(g - f);
        const bounded = g < f ? before : behind;
        const reach = g < f ? f - 9 : 50 - f;
        return 2 ** (-away / 12) * (bounded && away > 0 ? 1 - away / reach : 1);
      };
      for (let f = 10; f < 50; f += 1) {
        let sum = 0;
        for (let g = 10; g < 50; g += 1) sum += (doubts[g] ?? 0) * influence(f, g);
        expect(gains[f - 10]).toBeCloseTo(sum, 9);
      }
    }
  });
});

describe("next frame to fix", () => {
  it("is where most is gained, not where the network is least sure", () => {
    const confidence = clip([40, 43, 0.2], [120, 180, 0.7]);
    expect(first(confidence)).toBeGreaterThan(135);
    expect(first(confidence)).toBeLessThan(165);
  });

  it("is the next most gaining one, given that the first is corrected", () => {
    const confidence = clip([40, 60, 0.5], [120, 150, 0.5]);
    const [one, two] = frames(confidence);
    expect(one).toBeGreaterThan(125);
    expect(one).toBeLessThan(145);
    expect(two).toBeGreaterThan(40);
    expect(two).toBeLessThan(60);
    const fixes = framesToFix(confidence, around);
    expect(nextToFix(fixes, 5)).toBe(one);
    expect(nextToFix(fixes, one ?? -1)).toBe(two);
    expect(nextToFix(fixes, fixes.at(-1)?.frame ?? -1)).toBe(one);
  });

  it("gains less beside keyframes, and nothing beyond them or beyond a cut", () => {
    const confidence = clip([60, 100, 0.6], [140, 180, 0.6]);
    const [alone] = framesToFix(confidence, { ...around, keyframes: [0] });
    const keyframes = [0, 70, 80, 90];
    expect(first(confidence, { keyframes })).toBeGreaterThan(140);
    const [cut] = framesToFix(clip([100, 180, 0.6]), { ...around, shots: [[0, 140], [140, 240]] });
    const [whole] = framesToFix(clip([100, 180, 0.6]), around);
    expect(cut?.gain).toBeLessThan(whole?.gain ?? 0);
    expect(alone?.gain).toBeGreaterThan(0);
  });

  it("is not beside a keyframe, nor where all is made anew", () => {
    const confidence = clip([28, 33, 0.6], [68, 73, 0.4]);
    expect(Math.abs(first(confidence, { keyframes: [0, 70] }) - 30)).toBeLessThan(3);
    expect(Math.abs(first(confidence, { stale: [[50, 100]] }) - 30)).toBeLessThan(3);
  });

  it("is a frame that has something to correct", () => {
    const confidence = clip([100, 110, 0.5], [120, 130, 0.5]);
    const found = frames(confidence);
    expect(found.length).toBeGreaterThan(1);
    for (const frame of found) expect(confidence[frame]).toBeLessThan(SURE);
  });

  it("is not decided by a single frame", () => {
    const found = first(clip([30, 31, 0.1], [180, 188, 0.8]));
    expect(found).toBeGreaterThan(180);
    expect(found).toBeLessThan(188);
  });

  it("takes no account of what is not made", () => {
    const confidence = clip([28, 33, 0.6], [68, 73, 0.4]);
    confidence.fill(null, 50, 90);
    const found = frames(confidence);
    expect(found.length).toBe(1);
    expect(Math.abs((found[0] ?? 0) - 30)).toBeLessThan(3);
  });

  it("is one of a dozen at most, apart from each other", () => {
    const found = frames(Array<number>(4000).fill(0.5)).sort((a, b) => a - b);
    expect(found.length).toBe(12);
    found.slice(1).forEach((frame, i) => expect(frame - (found[i] ?? 0)).toBeGreaterThan(6));
  });

  it("is nowhere where all masks are sure enough, or none is made", () => {
    expect(frames(Array<number>(100).fill(0.97))).toEqual([]);
    expect(frames(clip([30, 35, 0.92]))).toEqual([]);
    expect(frames(clip([30, 32, 0.85]))).toEqual([]);
    expect(frames(Array<null>(50).fill(null))).toEqual([]);
    expect(nextToFix([], 3)).toBeNull();
  });
});
