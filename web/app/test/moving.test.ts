import { describe, expect, it } from "vitest";
import { draggedTo, moved, movedAll, shiftOf } from "../src/logic/moving";

describe("reordering", () => {
  it("puts an item where it is wanted", () => {
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "b", "c"]);
    expect(moved(["a", "b"], 0, 9)).toEqual(["b", "a"]);
  });

  it("does one move after the other, and twice the same as once", () => {
    const list = ["a", "b", "c"].map((id) => ({ id }));
    const ids = (moves: Parameters<typeof movedAll>[1]) =>
      movedAll(list, moves).map(({ id }) => id).join("");
    const [first, second] = [{ id: "a", to: 2 }, { id: "b", to: 1 }];
    expect(ids([first, second])).toBe("cba");
    expect(ids([first, first])).toBe("bca");
    expect(ids([{ id: "gone", to: 0 }])).toBe("abc");
  });

  it("goes as many rows as the hand went, and not beyond the list", () => {
    expect(draggedTo(1, 51, 34, 4)).toBe(3);
    expect(draggedTo(1, 16, 34, 4)).toBe(1);
    expect(draggedTo(1, -400, 34, 4)).toBe(0);
    expect(draggedTo(1, 400, 34, 4)).toBe(3);
  });

  it("has the rows between make way", () => {
    const shifts = (from: number, to: number) => [0, 1, 2, 3].map((row) => shiftOf(row, from, to));
    expect(shifts(0, 2)).toEqual([0, -1, -1, 0]);
    expect(shifts(3, 1)).toEqual([0, 1, 1, 0]);
    expect(shifts(1, 1)).toEqual([0, 0, 0, 0]);
  });
});
