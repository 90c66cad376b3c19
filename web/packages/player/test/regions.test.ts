import { describe, expect, it } from "vitest";
import { FIT, place } from "../src/layout";
import { areaOf, around, boxOf, EMPTY, grown, pictureOn, shared, touched, union } from "../src/render/regions";

/** A mask that is not zero at these points. */
function mask(width: number, height: number, points: readonly (readonly [number, number])[]): Uint8Array {
  const data = new Uint8Array(width * height);
  for (const [x, y] of points) data[y * width + x] = 1;
  return data;
}

describe("boxOf", () => {
  it("holds every pixel that is not zero, and little more", () => {
    const box = boxOf(mask(32, 10, [[9, 3], [21, 7]]), 32);
    expect(box).toEqual({ left: 8, top: 3, right: 24, bottom: 8 });
  });

  it("is exact where four pixels cannot be read at a time", () => {
    const shifted = new Uint8Array(1 + 32 * 10).subarray(1);
    shifted.set(mask(32, 10, [[9, 3], [21, 7]]));
    expect(boxOf(shifted, 32)).toEqual({ left: 9, top: 3, right: 22, bottom: 8 });
    expect(boxOf(mask(7, 3, [[6, 2]]), 7)).toEqual({ left: 6, top: 2, right: 7, bottom: 3 });
  });

  it("is empty for an empty mask and whole for a full one", () => {
    expect(boxOf(new Uint8Array(64), 8)).toEqual(EMPTY);
    expect(boxOf(new Uint8Array(64).fill(255), 8)).toEqual({ left: 0, top: 0, right: 8, bottom: 8 });
  });
});

describe("regions of the canvas", () => {
  const picture = { width: 320, height: 180 };

  it("are those whose middles lie on the picture", () => {
    const canvas = { width: 320, height: 240 };
    expect(pictureOn(canvas, picture, place(canvas, picture, FIT))).toEqual({ left: 0, top: 30, right: 320, bottom: 210 });
    const zoomed = place(canvas, picture, { zoom: 3, centerX: 0.5, centerY: 0.5 });
    expect(pictureOn(canvas, picture, zoomed)).toEqual({ left: 0, top: 0, right: 320, bottom: 240 });
  });

  it("hold all that a mask can touch, and nothing beyond the picture", () => {
    const canvas = { width: 640, height: 360 };
    const placement = place(canvas, picture, FIT);
    const whole = pictureOn(canvas, picture, placement);
    const box = { left: 0, top: 50, right: 10, bottom: 60 };
    expect(touched(box, placement, whole)).toEqual({ left: 0, top: 96, right: 24, bottom: 124 });
    expect(touched(EMPTY, placement, whole)).toEqual(EMPTY);
  });

  it("around a hole make up the rest, without a pixel twice", () => {
    const whole = { left: 0, top: 0, right: 10, bottom: 8 };
    for (const hole of [
      { left: 2, top: 3, right: 5, bottom: 6 },
      { left: 0, top: 0, right: 10, bottom: 8 },
      { left: 0, top: 2, right: 10, bottom: 4 },
      { left: 8, top: 6, right: 10, bottom: 8 },
      EMPTY,
    ]) {
      const seen = new Uint8Array(80);
      for (const part of around(whole, hole)) {
        for (let y = part.top; y < part.bottom; y++) {
          for (let at = y * 10 + part.left; at < y * 10 + part.right; at++) seen[at] = (seen[at] ?? 0) + 1;
        }
      }
      const inHole = (x: number, y: number) => x >= hole.left && x < hole.right && y >= hole.top && y < hole.bottom;
      for (let i = 0; i < 80; i++) expect(seen[i]).toBe(inHole(i % 10, Math.floor(i / 10)) ? 0 : 1);
    }
  });

  it("grow to every side, and end with the picture", () => {
    const box = { left: 3, top: 100, right: 50, bottom: 179 };
    expect(grown(box, { x: 5, y: 4 }, picture)).toEqual({ left: 0, top: 96, right: 55, bottom: 180 });
    expect(grown(EMPTY, { x: 5, y: 4 }, picture)).toEqual(EMPTY);
  });

  it("share what is in both", () => {
    const one = { left: 1, top: 2, right: 5, bottom: 6 };
    expect(shared(one, { left: 3, top: 0, right: 9, bottom: 4 })).toEqual({ left: 3, top: 2, right: 5, bottom: 4 });
    expect(areaOf(shared(one, { left: 5, top: 0, right: 9, bottom: 9 }))).toBe(0);
  });

  it("are joined by the least one that holds both", () => {
    const one = { left: 1, top: 2, right: 3, bottom: 4 };
    expect(union(EMPTY, one)).toEqual(one);
    expect(areaOf(union(one, { left: 5, top: 0, right: 6, bottom: 1 }))).toBe(20);
  });
});
