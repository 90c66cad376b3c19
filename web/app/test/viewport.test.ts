import { describe, expect, it } from "vitest";
import {
  fit,
  isOnPicture,
  keepInSight,
  MAX_SCALE,
  nextZoom,
  noteBottom,
  toPicture,
  toStage,
  zoomAt,
} from "../src/logic/viewport";

const stage = { width: 1000, height: 600 };
const picture = { width: 1280, height: 720 };

describe("viewport", () => {
  it("fits the picture in the middle", () => {
    const view = fit(stage, picture, 0);
    expect(view.scale).toBeCloseTo(0.78125);
    expect(view.x).toBeCloseTo(0);
    expect(view.y).toBeCloseTo(18.75);
  });

  it("keeps the point under the pointer where it is while zooming", () => {
    const at = { x: 321, y: 234 };
    const before = fit(stage, picture);
    const after = zoomAt(before, at, 2.5, 0.05);
    const a = toPicture(before, picture, at);
    const b = toPicture(after, picture, at);
    expect(b.x).toBeCloseTo(a.x);
    expect(b.y).toBeCloseTo(a.y);
    expect(zoomAt(after, at, 1e9, 0.05).scale).toBe(MAX_SCALE);
  });

  it("steps from any zoom to the next whole one", () => {
    expect(nextZoom(0.83, 1)).toBe(1);
    expect(nextZoom(1, 1)).toBe(1.5);
    expect(nextZoom(1, -1)).toBe(0.75);
    expect(nextZoom(64, 1)).toBe(64);
  });

  it("keeps a note within the picture, or in sight", () => {
    const view = fit(stage, picture);
    const edge = stage.height - view.y - picture.height * view.scale;
    expect(noteBottom(stage, picture, view)).toBeCloseTo(edge + 12);
    expect(noteBottom(stage, picture, { x: 0, y: -100, scale: 2 })).toBe(12);
    expect(noteBottom(stage, picture, { x: 0, y: -700, scale: 1 })).toBe(300);
  });

  it("goes from the stage to the picture and back", () => {
    const view = fit(stage, picture);
    const there = toStage(view, picture, { x: 0.25, y: 0.75 });
    const back = toPicture(view, picture, there);
    expect(back.x).toBeCloseTo(0.25);
    expect(back.y).toBeCloseTo(0.75);
    expect(isOnPicture(back)).toBe(true);
    expect(isOnPicture(toPicture(view, picture, { x: 0, y: 0 }))).toBe(false);
  });

  it("never lets the picture leave the stage", () => {
    const lost = keepInSight({ x: 5000, y: -5000, scale: 1 }, stage, picture);
    expect(lost.x).toBe(936);
    expect(lost.y).toBe(64 - 720);
  });
});
