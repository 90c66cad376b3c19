import { describe, expect, it } from "vitest";
import { coverageKey, despillReach, NEUTRAL, passesOf, reachOf, totalReach, weightsOf } from "../src/render/edge";

const kinds = (edge: Partial<typeof NEUTRAL>) => passesOf({ ...NEUTRAL, ...edge }).map(({ kind }) => kind);

describe("the passes of an edge", () => {
  it("are none where the matte stays as it is", () => {
    expect(passesOf(NEUTRAL)).toEqual([]);
    expect(kinds({ despill: 1 })).toEqual([]);
  });

  it("come in the order that was decided, what is neutral left out", () => {
    expect(kinds({ clip_white: 0.9 })).toEqual(["clip"]);
    expect(kinds({ feather: 3 })).toEqual(["clip", "blur", "blur"]);
    expect(kinds({ feather: 3, smooth: 1, grow: 2 })).toEqual([
      "clip", "blur", "blur", "spread", "spread", "spread", "spread", "blur", "blur",
    ]);
  });

  it("make up for the slope after smoothing alone", () => {
    const gains = (edge: Partial<typeof NEUTRAL>) =>
      passesOf({ ...NEUTRAL, ...edge }).flatMap((pass) => (pass.kind === "blur" ? [pass.gain] : []));
    expect(gains({ feather: 2 })).toEqual([null, null]);
    // sqrt(1 + 2 pi) is 2.7.
    expect(gains({ smooth: 1 })).toEqual([null, 691]);
  });

  it("turn a shrinking matte around before the first segment and back after the last", () => {
    const turns = (grow: number) =>
      passesOf({ ...NEUTRAL, grow }).flatMap((pass) => (pass.kind === "spread" ? [[pass.invertsFirst, pass.invertsLast]] : []));
    expect(turns(-3)).toEqual([[true, false], [false, false], [false, false], [false, true]]);
    expect(turns(3).flat()).not.toContain(true);
  });

  it("look as far as an octagon as wide as the disc, fractions of a pixel counted", () => {
    const [, across, , falling] = passesOf({ ...NEUTRAL, grow: 9 });
    // .4142 x .948 x 9 is 3.534, .2929 x .948 x 9 is 2.499.
    expect(across).toMatchObject({ steps: 3, fraction: 137 });
    expect(falling).toMatchObject({ steps: 2, fraction: 128, along: { x: 1, y: 1 } });
    expect(totalReach(passesOf({ ...NEUTRAL, grow: 9 }))).toEqual({ x: 10, y: 10 });
  });

  it("are left out where growing is felt by no pixel", () => {
    expect(passesOf({ ...NEUTRAL, grow: 0.001 })).toEqual([]);
  });
});

describe("a Gaussian", () => {
  it("makes 65536 in all, and reaches two and a half sigma", () => {
    for (const sigma of [0.05, 0.4, 1.5, 18]) {
      const [middle = 0, ...sides] = weightsOf(sigma);
      expect(sides).toHaveLength(Math.ceil(2.5 * sigma));
      expect(middle + 2 * sides.reduce((sum, weight) => sum + weight, 0)).toBe(65536);
    }
    expect(weightsOf(1)).toEqual([26152, 15862, 3539, 291]);
  });

  it("is reached for along its direction only", () => {
    const [, rows, columns] = passesOf({ ...NEUTRAL, feather: 3 });
    expect([rows, columns].map((pass) => pass && reachOf(pass))).toEqual([{ x: 4, y: 0 }, { x: 0, y: 4 }]);
  });
});

describe("despill's boxes", () => {
  it("grow with the picture, the wide one with edges that are moved outwards", () => {
    expect(despillReach([NEUTRAL], 720)).toEqual({ wide: 15, close: 4 });
    expect(despillReach([NEUTRAL], 1)).toEqual({ wide: 1, close: 1 });
    expect(despillReach([NEUTRAL, { ...NEUTRAL, grow: 10, feather: 8 }], 1280)).toEqual({ wide: 27, close: 8 });
    expect(despillReach([NEUTRAL, { ...NEUTRAL, grow: 10, feather: 8 }], 720)).toEqual({ wide: 20, close: 4 });
    expect(despillReach([{ ...NEUTRAL, grow: -30, feather: 8 }], 720)).toEqual({ wide: 15, close: 4 });
  });

  it("never hold more than 32 bits can sum up", () => {
    const { wide } = despillReach([{ ...NEUTRAL, grow: 64, feather: 64 }], 1280);
    expect(wide).toBe(128);
    expect((2 * wide + 1) ** 2 * 255 * 255).toBeLessThan(2 ** 32);
  });
});

describe("what mattes are kept for", () => {
  it("is all but despill", () => {
    expect(coverageKey({ ...NEUTRAL, despill: 1 })).toBe(coverageKey(NEUTRAL));
    for (const name of ["clip_black", "clip_white", "smooth", "grow", "feather"] as const) {
      expect(coverageKey({ ...NEUTRAL, [name]: 0.5 })).not.toBe(coverageKey(NEUTRAL));
    }
  });
});
