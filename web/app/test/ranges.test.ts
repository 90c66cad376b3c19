import { describe, expect, it } from "vitest";
import { add, contains, count, normalise, segmentsToFrames, subtract } from "../src/logic/ranges";

describe("ranges", () => {
  it("joins what overlaps or touches and drops what is empty", () => {
    expect(normalise([[5, 7], [0, 2], [2, 4], [9, 9]])).toEqual([[0, 4], [5, 7]]);
    expect(add([[0, 1]], [1, 3])).toEqual([[0, 3]]);
  });

  it("takes ranges out of ranges", () => {
    expect(subtract([[0, 10]], [[3, 5]])).toEqual([[0, 3], [5, 10]]);
    expect(subtract([[0, 10], [12, 14]], [[8, 13]])).toEqual([[0, 8], [13, 14]]);
    expect(subtract([[0, 4]], [[0, 4]])).toEqual([]);
  });

  it("counts and finds members of half-open ranges", () => {
    expect(count([[0, 3], [2, 5]])).toBe(5);
    expect(contains([[2, 4]], 2)).toBe(true);
    expect(contains([[2, 4]], 4)).toBe(false);
  });

  it("cuts the last segment at the clip's end", () => {
    expect(segmentsToFrames([[0, 1], [2, 3]], 24, 60)).toEqual([[0, 24], [48, 60]]);
  });
});
