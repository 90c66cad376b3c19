import { describe, expect, it } from "vitest";
import type { History, Step } from "../src/api/types";
import { aimOf, continued, deedsOf, refreshed } from "../src/logic/history";

const step = (number: number, id = number + 100): Step => ({
  id,
  number,
  created: "2026-11-23T10:00:00Z",
  deed: "Include click",
  object: null,
  frame: null,
});

const history = (steps: readonly Step[], present = steps.at(-1)?.number ?? 0): History => ({
  count: (steps.at(-1)?.number ?? -1) + 1,
  present,
  steps,
});

const numbers = ({ steps }: History) => steps.map(({ number }) => number);

describe("history", () => {
  it("keeps earlier steps when newer ones come", () => {
    const known = continued(history([step(3), step(4)]), history([step(1), step(2)]));
    expect(numbers(known)).toEqual([1, 2, 3, 4]);
    const after = refreshed(known, history([step(4), step(5)]));
    expect(numbers(after)).toEqual([1, 2, 3, 4, 5]);
    expect(after.present).toBe(5);
  });

  it("forgets what another deed took the place of", () => {
    const known = history([step(1), step(2), step(3)]);
    expect(refreshed(known, history([step(1), step(2, 900)])).steps.map(({ id }) => id)).toEqual([
      101, 900,
    ]);
  });

  it("begins anew where it cannot tell whether a step is missing between", () => {
    expect(numbers(refreshed(history([step(1), step(2)]), history([step(7), step(8)])))).toEqual([7, 8]);
    expect(numbers(refreshed(null, history([step(0)])))).toEqual([0]);
  });

  it("takes no earlier steps that do not end where those known begin", () => {
    const known = history([step(7), step(8)]);
    expect(continued(known, history([step(1), step(2)]))).toEqual(known);
    expect(continued(known, history([step(6), step(7)]))).toEqual(known);
    expect(continued(known, history([]))).toEqual(known);
  });

  it("says to what a step was done and where", () => {
    const object = { id: "o1", name: "Dog", color: "#ff4fa3" };
    expect(aimOf({ ...step(1), object, frame: 12 })).toBe("Dog, frame 12");
    expect(aimOf({ ...step(1), frame: 0 })).toBe("frame 0");
    expect(aimOf(step(1))).toBe("");
  });

  it("says what undo and redo would do", () => {
    const steps = [step(0), { ...step(1), frame: 7 }, { ...step(2), deed: "Applied as revision 1" }];
    expect(deedsOf(history(steps))).toEqual({ undo: "applied as revision 1", redo: null });
    expect(deedsOf(history(steps, 1))).toEqual({
      undo: "include click on frame 7",
      redo: "applied as revision 1",
    });
    expect(deedsOf(history(steps, 0)).undo).toBeNull();
    expect(deedsOf(history(steps.slice(1), 9))).toEqual({ undo: null, redo: null });
  });
});
