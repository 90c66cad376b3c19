import { describe, expect, it } from "vitest";
import { outlinePath } from "../src/logic/contour";
import { coverage, paintLasso, paintStroke, type Mask } from "../src/logic/paint";

const blank = (width: number, height: number): Mask => ({
  width,
  height,
  data: new Uint8Array(width * height),
});
const at = (mask: Mask, x: number, y: number) => mask.data[y * mask.width + x];

describe("direct paint", () => {
  it("covers a disk with a soft edge of one pixel", () => {
    const mask = blank(100, 60);
    paintStroke(mask, [[0.5, 0.5]], 0.2, true);
    expect(at(mask, 50, 30)).toBe(255);
    expect(at(mask, 60, 30)).toBe(255);
    const edge = at(mask, 61, 30) ?? 0;
    expect(edge).toBeGreaterThan(0);
    expect(edge).toBeLessThan(255);
    expect(at(mask, 63, 30)).toBe(0);
    expect(coverage(mask) * 6000).toBeCloseTo(Math.PI * 144, -1);
  });

  it("leaves no gap between the places of a stroke, in one go or in parts", () => {
    const whole = blank(200, 100);
    paintStroke(whole, [[0.1, 0.5], [0.9, 0.5]], 0.05, true);
    for (let x = 20; x <= 180; x++) expect(at(whole, x, 50)).toBe(255);
    const parts = blank(200, 100);
    paintStroke(parts, [[0.1, 0.5]], 0.05, true);
    paintStroke(parts, [[0.1, 0.5], [0.9, 0.5]], 0.05, true);
    expect(parts.data).toEqual(whole.data);
  });

  it("takes away what was painted", () => {
    const mask = blank(100, 100);
    paintStroke(mask, [[0.5, 0.5]], 0.3, true);
    paintStroke(mask, [[0.5, 0.5]], 0.3, false);
    expect(Math.max(...mask.data)).toBeLessThan(140);
    paintStroke(mask, [[0.5, 0.5]], 0.4, false);
    expect(coverage(mask)).toBe(0);
  });

  it("fills a lasso, and only what it encloses", () => {
    const mask = blank(100, 100);
    paintLasso(mask, [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]], true);
    expect(coverage(mask)).toBeCloseTo(0.36, 3);
    expect(at(mask, 20, 20)).toBe(255);
    expect(at(mask, 19, 20)).toBe(0);
    paintLasso(mask, [[0.2, 0.2], [0.8, 0.2], [0.2, 0.8]], false);
    expect(at(mask, 30, 30)).toBe(0);
    expect(at(mask, 70, 70)).toBe(255);
  });
});

describe("outline", () => {
  it("goes round a block in straight runs", () => {
    const mask = blank(6, 5);
    for (const [x, y] of [[2, 1], [3, 1], [2, 2], [3, 2]] as const) mask.data[y * 6 + x] = 200;
    expect(outlinePath(mask)).toBe("M2 1L4 1L4 3L2 3Z");
  });

  it("has a line for each border, holes and the picture's edge included", () => {
    const ring = blank(5, 5);
    ring.data.fill(255);
    ring.data[12] = 0;
    const path = outlinePath(ring);
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path).toContain("M0 0L5 0L5 5L0 5Z");
    expect(outlinePath(blank(5, 5))).toBe("");
  });
});
