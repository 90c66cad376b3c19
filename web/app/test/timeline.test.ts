import { describe, expect, it } from "vitest";
import {
  cuts,
  frameCentre,
  frameToX,
  nextKeyframe,
  pressedFrame,
  previousKeyframe,
  rulerStep,
  tileFrames,
  xToFrame,
} from "../src/logic/timeline";

const track = { width: 1000, frameCount: 250 };

describe("timeline", () => {
  it("finds each frame again under its own middle", () => {
    for (let frame = 0; frame < track.frameCount; frame += 1) {
      expect(xToFrame(track, frameCentre(track, frame))).toBe(frame);
    }
  });

  it("keeps positions outside within the clip", () => {
    expect(xToFrame(track, -50)).toBe(0);
    expect(xToFrame(track, 5000)).toBe(249);
    expect(xToFrame({ width: 0, frameCount: 10 }, 3)).toBe(0);
  });

  it("goes to the nearest keyframe whose mark is hit, else to the frame pressed", () => {
    const at = frameCentre(track, 100);
    expect(pressedFrame(track, at + 4, [100])).toBe(100);
    expect(pressedFrame(track, at + 4, [])).toBe(101);
    expect(pressedFrame(track, at + 6, [100])).toBe(102);
    expect(pressedFrame(track, at + 3, [100, 101])).toBe(101);
  });

  it("works for a clip of a single frame", () => {
    const one = { width: 800, frameCount: 1 };
    expect(xToFrame(one, 799)).toBe(0);
    expect(frameToX(one, 1)).toBe(800);
  });

  it("chooses ruler steps that leave room for labels", () => {
    expect(rulerStep(track, 25, 56)).toBe(25);
    expect(rulerStep({ width: 1000, frameCount: 10 }, 25, 56)).toBe(1);
    expect(rulerStep({ width: 1000, frameCount: 90_000 }, 25, 56)).toBe(7500);
  });

  it("spreads the filmstrip over the clip without repeating a frame", () => {
    expect(tileFrames(100, 4)).toEqual([12, 37, 62, 87]);
    expect(tileFrames(2, 8)).toEqual([0, 1]);
  });

  it("knows cuts and neighbouring keyframes", () => {
    expect(cuts([[0, 40], [40, 90]])).toEqual([40]);
    expect(cuts(null)).toEqual([]);
    expect(previousKeyframe([0, 30, 60], 30)).toBe(0);
    expect(nextKeyframe([0, 30, 60], 30)).toBe(60);
    expect(nextKeyframe([0], 0)).toBeNull();
  });
});
