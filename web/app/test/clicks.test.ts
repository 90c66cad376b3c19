import { describe, expect, it } from "vitest";
import { clicksShown, hasStale, keyframesOf, objectOf } from "../src/logic/clicks";
import { EMPTY_DRAFT } from "../src/logic/draft";
import type { Project } from "../src/api/types";
import { stillBuffered, wantedMasks, type Buffered } from "../src/logic/livemasks";
import { includesOf, nameOf, placeOf, promptsShown } from "../src/logic/prompts";
import { makeKeyframe, makeObject, makeProject } from "./project";

const click = { id: "c1", x: 0.4, y: 0.5, include: true };
const object = makeObject({
  keyframes: [
    makeKeyframe({ frame: 30, mask: "/m/b.png" }),
    makeKeyframe({
      frame: 10,
      mask: "/m/a.png",
      clicks: [click, { ...click, id: "c2" }],
      prompts: [{ id: "b1", kind: "box", box: [0.1, 0.2, 0.5, 0.6] }],
    }),
  ],
  stale: [[0, 20]],
});

describe("clicks", () => {
  it("shows what the user did before the server has answered", () => {
    const pending = { id: "pending-1", x: 0.1, y: 0.2, include: false, object: "o1", frame: 10 };
    const draft = {
      ...EMPTY_DRAFT,
      added: [pending],
      moved: { c1: { x: 0.9, y: 0.8 } },
      removed: ["c2"],
    };
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

describe("prompts", () => {
  const stroke = {
    kind: "brush",
    points: [[0.3, 0.4]],
    radius: 0.1,
    include: false,
    direct: true,
  } as const;

  it("shows those without an answer beside those that are kept", () => {
    const pending = { id: "pending-1", object: "o1", frame: 10, prompt: stroke };
    const shown = promptsShown(object, 10, { ...EMPTY_DRAFT, prompts: [pending] });
    expect(shown.map(({ id, pending }) => [id, pending])).toEqual([
      ["b1", false],
      ["pending-1", true],
    ]);
    expect(promptsShown(object, 10, { ...EMPTY_DRAFT, removed: ["b1"] })).toEqual([]);
    expect(promptsShown(object, 30, EMPTY_DRAFT)).toEqual([]);
  });

  it("stand where they begin and are named by what they do", () => {
    expect(placeOf(stroke)).toEqual({ x: 0.3, y: 0.4 });
    expect(placeOf({ kind: "box", box: [0.1, 0.2, 0.5, 0.6] })).toEqual({ x: 0.1, y: 0.2 });
    expect(nameOf(stroke)).toBe("Erase stroke");
    expect(nameOf({ ...stroke, kind: "lasso", include: true, direct: false })).toBe("Include lasso");
    expect(includesOf({ kind: "box", box: [0, 0, 1, 1] })).toBe(true);
  });
});

describe("live masks", () => {
  const project = makeProject({ objects: [object] });

  const frames = (shown: Project, frame: number, buffered: Buffered) =>
    wantedMasks(shown, frame, { revision: 0, buffered }).map((mask) => mask.frame);

  it("are drawn on stale keyframes", () => {
    expect(wantedMasks(project, 50, { revision: 0, buffered: {} })).toEqual([
      { object: "o1", frame: 10, address: "/m/a.png" },
    ]);
  });

  it("fill in for the segment in sight until it is there", () => {
    expect(frames(project, 30, {})).toEqual([30, 10]);
    expect(frames(project, 30, { o1: [[24, 48]] })).toEqual([10]);
  });

  it("stay over what is still the revision before", () => {
    const applied = makeProject({ revision: 1, objects: [{ ...object, stale: [] }] });
    expect(frames(applied, 10, { o1: [[0, 48]] })).toEqual([10]);
    expect(frames(applied, 10, {})).toEqual([10]);
  });

  it("stay where the next revision changed a segment, until that is there", () => {
    const grid = { length: 24, frame_count: 60 };
    const manifest = (...addresses: string[]) => ({ grid, objects: [{ id: "o1", matte: { addresses } }] });
    const [before, after] = [manifest("a", "b", "c"), manifest("a", "x", "c")];
    const buffered = { o1: [[0, 60]] } as const;
    expect(stillBuffered(buffered, before, after)).toEqual({ o1: [[0, 24], [48, 60]] });
    expect(stillBuffered(buffered, before, before)).toEqual(buffered);
    expect(stillBuffered(buffered, before, { grid, objects: [] })).toEqual({ o1: [] });
  });
});
