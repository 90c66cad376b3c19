import { describe, expect, it } from "vitest";
import { changeBetween, type RevisionManifest } from "../src/logic/revisions";

type ObjectEntry = RevisionManifest["objects"][number];

const grid = { length: 24, frame_count: 60 };

function object(id: string, keyframes: number[], addresses: string[] | null): ObjectEntry {
  return { id, name: id.toUpperCase(), keyframes, matte: addresses && { addresses } };
}

describe("what changed in a revision", () => {
  const first = { grid, objects: [object("a", [0], ["1", "2", "3"])] };

  it("is all of it in the first one", () => {
    expect(changeBetween(null, first)).toEqual({ lines: ["A added"], frames: 60 });
  });

  it("names the keyframe, and counts the frames that are new", () => {
    const after = { grid, objects: [object("a", [0, 50], ["1", "2", "9"])] };
    expect(changeBetween(first, after)).toEqual({ lines: ["keyframe 50 added"], frames: 12 });
    expect(changeBetween(after, first).lines).toEqual(["keyframe 50 removed"]);
  });

  it("tells a corrected mask, where no keyframe came or went", () => {
    const after = { grid, objects: [object("a", [0], ["7", "2", "3"])] };
    expect(changeBetween(first, after)).toEqual({ lines: ["masks corrected"], frames: 24 });
  });

  it("names objects where there are several", () => {
    const both = { grid, objects: [...first.objects, object("b", [4], ["x", "y", "z"])] };
    expect(changeBetween(first, both)).toEqual({ lines: ["B added"], frames: 60 });
    const more = {
      grid,
      objects: [...first.objects, object("b", [4, 8, 12, 16, 20], ["x", "q", "z"])],
    };
    expect(changeBetween(both, more).lines).toEqual(["B: 4 keyframes added"]);
    expect(changeBetween(both, first).lines).toEqual(["B removed"]);
  });

  it("says nothing of an object without a matte", () => {
    const after = { grid, objects: [...first.objects, object("b", [], null)] };
    expect(changeBetween(first, after)).toEqual({ lines: [], frames: 0 });
  });
});
