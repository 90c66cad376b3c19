import { describe, expect, it } from "vitest";
import { clicksShown, EMPTY_DRAFT, hasStale, keyframesOf, objectOf } from "../src/logic/clicks";
import { wantedMasks } from "../src/logic/livemasks";
import { makeObject, makeProject } from "./project";

const click = { id: "c1", x: 0.4, y: 0.5, include: true };
const object = makeObject({
  keyframes: [
    { frame: 30, mask: "/m/b.png", clicks: [] },
    { frame: 10, mask: "/m/a.png", clicks: [click, { ...click, id: "c2" }] },
  ],
  stale: [[0, 20]],
});

describe("clicks", () => {
  it("shows what the user did before the server has answered", () => {
    const pending = { id: "pending-1", x: 0.1, y: 0.2, include: false, object: "o1", frame: 10 };
    const draft = { added: [pending], moved: { c1: { x: 0.9, y: 0.8 } }, removed: ["c2"] };
    expect(clicksShown(object, 10, draft)).toEqual([
      { id: "c1", x: 0.9, y: 0.8, include: true, pending: true },
      { ...pending, pending: true },
    ]);
    expect(clicksShown(object, 11, draft)).toEqual([]);
    expect(clicksShown(null, 10, EMPTY_DRAFT)).toEqual([]);
  });

  it("shows the click that makes the first object, before and after there is one", () => {
    const pending = { id: "pending-1", x: 0.1, y: 0.2, include: true, object: "", frame: 10 };
    const draft = { ...EMPTY_DRAFT, added: [pending] };
    expect(clicksShown(null, 10, draft)).toEqual([{ ...pending, pending: true }]);
    expect(clicksShown(null, 11, draft)).toEqual([]);
    expect(clicksShown(makeObject(), 10, draft)).toEqual([{ ...pending, pending: true }]);
  });

  it("falls back to the first object", () => {
    const project = makeProject({ objects: [object, makeObject({ id: "o2" })] });
    expect(objectOf(project, "o2")?.id).toBe("o2");
    expect(objectOf(project, "gone")?.id).toBe("o1");
    expect(objectOf(null, null)).toBeNull();
    expect(keyframesOf(object)).toEqual([10, 30]);
    expect(hasStale(project)).toBe(true);
  });
});

describe("live masks", () => {
  const project = makeProject({ objects: [object] });

  it("are drawn on stale keyframes", () => {
    expect(wantedMasks(project, 50, {})).toEqual([{ object: "o1", frame: 10, address: "/m/a.png" }]);
  });

  it("fill in for the segment in sight until it is there", () => {
    expect(wantedMasks(project, 30, {}).map((mask) => mask.frame)).toEqual([30, 10]);
    expect(wantedMasks(project, 30, { o1: [[24, 48]] }).map((mask) => mask.frame)).toEqual([10]);
  });
});
