import { describe, expect, it } from "vitest";
import { choose, chooseSides, type ObjectMatte } from "../src/pairing";

const pixels = new Uint8Array(4);

function matte(over: Partial<ObjectMatte> = {}): ObjectMatte {
  return { id: "o1", color: "#ff0000", pixels, live: false, expected: true, coming: false, ...over };
}

describe("choose", () => {
  it("never draws without a plate", () => {
    expect(choose(false, [matte()], false)).toEqual({ kind: "wait" });
  });

  it("draws a pair when every visible object's matte is there", () => {
    const choice = choose(true, [matte(), matte({ id: "o2" })], true);
    expect(choice).toMatchObject({ kind: "draw", matte: "paired" });
  });

  it("marks the picture pending when one matte is missing", () => {
    const choice = choose(true, [matte(), matte({ id: "o2", pixels: null })], true);
    expect(choice).toMatchObject({ kind: "draw", matte: "pending" });
    expect(choice.kind === "draw" && choice.layers.map(({ id }) => id)).toEqual(["o1"]);
  });

  it("waits for a matte that is about to come, but only when patient", () => {
    const coming = matte({ pixels: null, coming: true });
    expect(choose(true, [coming], true)).toEqual({ kind: "wait" });
    expect(choose(true, [coming], false)).toMatchObject({ matte: "pending" });
  });

  it("does not wait for one matte when another is not coming", () => {
    const objects = [matte({ pixels: null, coming: true }), matte({ id: "o2", pixels: null })];
    expect(choose(true, objects, true)).toMatchObject({ kind: "draw", matte: "pending" });
  });

  it("shows the plate as it is when no object has a matte", () => {
    expect(choose(true, [], true)).toMatchObject({ matte: "none", layers: [] });
    expect(choose(true, [matte({ pixels: null, expected: false })], true)).toMatchObject({ matte: "none" });
  });

  it("shows a live mask before the first Apply", () => {
    const live = matte({ live: true, expected: false });
    expect(choose(true, [live], true)).toMatchObject({ matte: "paired" });
  });
});

describe("chooseSides", () => {
  const gone = matte({ pixels: null });
  const coming = matte({ pixels: null, coming: true });

  it("draws both sides of a wipe at once or waits for both", () => {
    expect(chooseSides(true, [matte()], [coming], true)).toEqual({ kind: "wait" });
    expect(chooseSides(true, [coming], [matte()], true)).toEqual({ kind: "wait" });
    expect(chooseSides(true, [matte()], [matte()], true)).toMatchObject({
      right: { matte: "paired" },
      left: { matte: "paired" },
    });
  });

  it("marks the side whose matte is missing, and draws nothing there", () => {
    expect(chooseSides(true, [matte()], [gone], true)).toMatchObject({
      right: { matte: "paired" },
      left: { matte: "pending", layers: [] },
    });
  });

  it("has no left side without a second revision", () => {
    expect(chooseSides(true, [matte()], null, true)).toMatchObject({ left: null });
  });
});
