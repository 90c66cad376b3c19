import { describe, expect, it } from "vitest";
import { filledIn, withSegment } from "../src/logic/confidence";

describe("confidence that comes with segments", () => {
  it("is put at its frames, beyond what was known, too", () => {
    expect(withSegment([0.9, 0.8, 0.7], 1, [0.5])).toEqual([0.9, 0.5, 0.7]);
    expect(withSegment([], 2, [0.5, 0.6])).toEqual([null, null, 0.5, 0.6]);
  });

  it("fills the gaps of an answer that is older than it", () => {
    expect(filledIn([0.9, null, null], [null, 0.4])).toEqual([0.9, 0.4, null]);
  });
});
