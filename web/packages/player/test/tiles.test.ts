import { describe, expect, it } from "vitest";
import { joined, TILE, trianglesOf, unevenTiles, widened, type Tiles } from "../src/render/tiles";

/** The tiles as rows of letters. */
function shown({ columns, rows, marks }: Tiles): string[] {
  return Array.from({ length: rows }, (_, y) =>
    Array.from({ length: columns }, (_, x) => (marks[y * columns + x] === 0 ? "." : "#")).join(""),
  );
}

function mask(width: number, height: number, code: (x: number, y: number) => number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => code(i % width, Math.floor(i / width)));
}

const uneven = (width: number, height: number, code: (x: number, y: number) => number) =>
  shown(unevenTiles(mask(width, height, code), width, height));

describe("uneven tiles", () => {
  it("are none in an empty and in a full mask", () => {
    expect(uneven(20, 9, () => 0)).toEqual(["...", "..."]);
    expect(uneven(20, 9, () => 255)).toEqual(["...", "..."]);
  });

  it("are those with anything between, in the border's cut ones too", () => {
    expect(uneven(40, 24, (x, y) => (x === 17 && y === 9 ? 1 : 0))).toEqual([".....", "..#..", "....."]);
    expect(uneven(21, 9, (x, y) => (x === 20 && y === 8 ? 254 : 255))).toEqual(["...", "..#"]);
  });

  it("are those that border on the other kind, across corners too", () => {
    expect(uneven(40, 8, (x) => (x < 16 ? 0 : 255))).toEqual([".##.."]);
    expect(uneven(8, 32, (_, y) => (y < 8 ? 255 : 0))).toEqual(["#", "#", ".", "."]);
    expect(uneven(32, 16, (x, y) => (x >= 16 && y >= 8 ? 255 : 0))).toEqual([".###", ".###"]);
    expect(uneven(32, 24, (x, y) => (x >= 16 && y < 8 ? 255 : 0))).toEqual([".###", ".###", "...."]);
  });
});

describe("widened tiles", () => {
  const one = unevenTiles(mask(56, 40, (x, y) => (x === 25 && y === 17 ? 9 : 0)), 56, 40);

  it("hold all within so many pixels, each way for itself", () => {
    expect(shown(widened(one, 0, 0))).toEqual(shown(one));
    expect(shown(widened(one, 1, 0))[2]).toBe("..###..");
    expect(shown(widened(one, TILE, 0))[2]).toBe("..###..");
    expect(shown(widened(one, TILE + 1, 1))).toEqual([".......", ".#####.", ".#####.", ".#####.", "......."]);
    expect(shown(widened(one, 999, 999)).join("")).toMatch(/^#+$/);
  });

  it("do not run from one line into the next", () => {
    const edge = unevenTiles(mask(24, 24, (x, y) => (x === 23 && y === 8 ? 9 : 0)), 24, 24);
    expect(shown(widened(edge, 8, 0))).toEqual(["...", ".##", "..."]);
  });

  it("are joined by what is in either", () => {
    const other = unevenTiles(mask(56, 40, (x, y) => (x === 0 && y === 0 ? 9 : 0)), 56, 40);
    expect(shown(joined(one, other)).slice(0, 3)).toEqual(["#......", ".......", "...#..."]);
  });
});

describe("triangles", () => {
  it("are two for each run in a row", () => {
    const tiles = { columns: 4, rows: 2, marks: Uint8Array.from([0, 1, 1, 0, 1, 0, 0, 1]) };
    const corners = trianglesOf(tiles);
    expect(corners).toHaveLength(3 * 12);
    expect([...corners.slice(0, 12)]).toEqual([1, 0, 3, 0, 1, 1, 1, 1, 3, 0, 3, 1]);
  });
});
