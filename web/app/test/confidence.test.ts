import { describe, expect, it } from "vitest";
import { filledIn, framesToFix, nextToFix, withSegment } from "../src/logic/confidence";

/** Sure everywhere but in dips: `[middle, depth]`, five frames wide. */
function clip(count: number, dips: readonly (readonly [number, number])[]): (number | null)[] {
  const frames = Array<number | null>(count).fill(0.98);
  for (const [middle, depth] of dips) {
    for (let frame = middle - 2; frame <= middle + 2; frame += 1) frames[frame] = depth;
  }
  return frames;
}

const around = { keyframes: [0], stale: [], distance: 6 };

describe("next frame to fix", () => {
  it("is the middle of the least sure stretch, then of the next", () => {
    const frames = framesToFix(clip(100, [[30, 0.6], [70, 0.4]]), around);
    expect(frames.slice(0, 2)).toEqual([70, 30]);
    expect(nextToFix(frames, 5)).toBe(70);
    expect(nextToFix(frames, 70)).toBe(30);
  });

  it("is not beside a keyframe, nor where all is made anew", () => {
    const confidence = clip(100, [[30, 0.6], [70, 0.4]]);
    expect(framesToFix(confidence, { ...around, keyframes: [0, 68] })[0]).toBe(30);
    expect(framesToFix(confidence, { ...around, stale: [[50, 100]] })[0]).toBe(30);
  });

  it("is not decided by a single frame", () => {
    const confidence = clip(100, [[70, 0.5]]);
    confidence[30] = 0.3;
    expect(framesToFix(confidence, around)[0]).toBe(70);
  });

  it("takes no account of what is not made", () => {
    const confidence = clip(100, [[30, 0.6], [70, 0.4]]);
    confidence.fill(null, 50, 90);
    expect(framesToFix(confidence, around)[0]).toBe(30);
    expect(framesToFix(confidence, around).every((frame) => confidence[frame] !== null)).toBe(true);
  });

  it("is one of a dozen, apart from each other", () => {
    const frames = framesToFix(Array<number>(1000).fill(0.5), around);
    expect(frames.length).toBe(12);
    expect(frames.slice(0, 3)).toEqual([7, 14, 21]);
  });

  it("is nowhere where all masks are sure enough", () => {
    expect(framesToFix(Array<number>(100).fill(0.97), around)).toEqual([]);
    expect(framesToFix(clip(100, [[30, 0.92]]), around)).toEqual([]);
    expect(framesToFix(clip(100, [[30, 0.92], [70, 0.88]]), around)).toEqual([70]);
  });

  it("is nowhere where nothing is made", () => {
    expect(framesToFix(Array<null>(50).fill(null), around)).toEqual([]);
    expect(nextToFix([], 3)).toBeNull();
  });
});

describe("confidence that comes with segments", () => {
  it("is put at its frames, beyond what was known, too", () => {
    expect(withSegment([0.9, 0.8, 0.7], 1, [0.5])).toEqual([0.9, 0.5, 0.7]);
    expect(withSegment([], 2, [0.5, 0.6])).toEqual([null, null, 0.5, 0.6]);
  });

  it("fills the gaps of an answer that is older than it", () => {
    expect(filledIn([0.9, null, null], [null, 0.4])).toEqual([0.9, 0.4, null]);
  });
});
