import { describe, expect, it } from "vitest";
import { Wheel, type WheelTurn } from "../src/logic/wheel";

const turn = (part: Partial<WheelTurn>): WheelTurn => ({
  deltaX: 0,
  deltaY: 0,
  deltaMode: 0,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  timeStamp: 0,
  ...part,
});

describe("wheel", () => {
  it("zooms by the notches of a mouse", () => {
    const wheel = new Wheel();
    const zoom = wheel.read(turn({ deltaY: -100 }), false);
    expect(zoom.kind === "zoom" && zoom.factor).toBeGreaterThan(1);
    const lines = wheel.read(turn({ deltaY: 3, deltaMode: 1, timeStamp: 1000 }), false);
    expect(lines.kind === "zoom" && lines.factor).toBeLessThan(1);
  });

  it("pans with two fingers, and goes on panning as they slow down or speed up", () => {
    const wheel = new Wheel();
    const pan = wheel.read(turn({ deltaX: 3, deltaY: 7.5 }), false);
    expect(pan).toEqual({ kind: "pan", dx: -3, dy: -7.5 });
    expect(wheel.read(turn({ deltaY: 120, timeStamp: 16 }), false).kind).toBe("pan");
    expect(wheel.read(turn({ deltaY: 120, timeStamp: 900 }), false).kind).toBe("zoom");
  });

  it("zooms with a pinch, which comes with Ctrl", () => {
    const zoom = new Wheel().read(turn({ deltaY: -4.2, ctrlKey: true }), false);
    expect(zoom.kind === "zoom" && zoom.factor).toBeGreaterThan(1.04);
  });

  it("sizes the brush with Shift, and moves sideways without one", () => {
    const wheel = new Wheel();
    const sized = wheel.read(turn({ deltaX: -100, shiftKey: true }), true);
    expect(sized).toMatchObject({ kind: "radius" });
    const moved = wheel.read(turn({ deltaY: 100, shiftKey: true }), false);
    expect(moved).toEqual({ kind: "pan", dx: -100, dy: 0 });
  });
});
