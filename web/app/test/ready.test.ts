import { describe, expect, it } from "vitest";
import { isUndecided, segmentsReady, tell, toldSince, undecidedFrames, type Told } from "../src/logic/ready";

const NOTHING: Told = {};

describe("segments that depend on cuts which are still looked for", () => {
  it("are those without an address", () => {
    const grid = { length: 24, frame_count: 100 };
    const objects = [{ id: "o1", matte: { addresses: ["a0", "", "", "a3", ""] } }];
    expect(undecidedFrames({ grid, objects }, "o1")).toEqual([
      [24, 72],
      [96, 100],
    ]);
    expect(undecidedFrames({ grid, objects }, "o2")).toEqual([]);
    expect([23, 24, 71, 72].map((frame) => isUndecided({ grid, objects }, frame))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isUndecided({ grid, objects })).toBe(true);
    expect(isUndecided(null)).toBe(false);
  });
});

describe("segments that were told to be ready", () => {
  it("count under the addresses of the manifest only", () => {
    const told = tell(tell(NOTHING, "o1", 0, "a0"), "o1", 2, "old");
    expect(segmentsReady(told, "o1", ["a0", "a1", "a2"])).toEqual([[0, 1]]);
    expect(segmentsReady(told, "o2", ["a0", "a1", "a2"])).toEqual([]);
  });

  it("count as well when they were told before their manifest came", () => {
    const asked = tell(NOTHING, "o1", 0, "old");
    const answered = tell(tell(asked, "o1", 0, "new"), "o2", 1, "b1");
    const kept = toldSince(answered, asked);
    expect(segmentsReady(kept, "o1", ["new", "a1"])).toEqual([[0, 1]]);
    expect(segmentsReady(kept, "o2", ["b0", "b1"])).toEqual([[1, 2]]);
  });

  it("are forgotten when a manifest was asked for after them", () => {
    const told = tell(NOTHING, "o1", 0, "a0");
    expect(segmentsReady(toldSince(told, told), "o1", ["a0"])).toEqual([]);
  });
});
