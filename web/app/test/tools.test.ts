import { describe, expect, it } from "vitest";
import { toPicture, toStage, type Point } from "../src/logic/viewport";
import { begin, includes } from "../src/tools/begin";
import { pinch } from "../src/tools/pinch";
import type { Gesture, Hand, Intent, Press } from "../src/tools/types";

const picture = { width: 1000, height: 500 };
const hand: Hand = {
  tool: "include",
  erase: false,
  direct: true,
  radius: 0.1,
  picture,
  pixel: 1,
};

const press = (part: Partial<Press> = {}): Press => ({
  at: { x: 0.5, y: 0.5 },
  alt: false,
  mark: null,
  pan: false,
  ...part,
});

/** Presses, goes to each place, lets go; everything that was asked for on the way. */
function drag(settings: Partial<Hand>, start: Partial<Press>, ...places: Point[]): Intent[] {
  const first = begin({ ...hand, ...settings }, press(start));
  if (!first) return [];
  const intents = [...first.intents];
  let gesture: Gesture = first.next;
  for (const place of places) {
    const step = gesture.move([place]);
    gesture = step.next;
    intents.push(...step.intents);
  }
  return [...intents, ...gesture.release()];
}

describe("include and exclude", () => {
  it("click where the pointer was pressed, even if the hand trembles", () => {
    const trembled = { x: 0.502, y: 0.5 };
    expect(drag({}, {}, trembled)).toEqual([
      { kind: "click", at: { x: 0.5, y: 0.5 }, include: true },
    ]);
  });

  it("turn round with Alt", () => {
    expect(drag({}, { alt: true })).toMatchObject([{ kind: "click", include: false }]);
    expect(drag({ tool: "exclude" }, { alt: true })).toMatchObject([{ include: true }]);
    expect(includes({ tool: "lasso", erase: true }, false)).toBe(false);
    expect(includes({ tool: "box", erase: true }, false)).toBe(true);
  });

  it("become a box when dragged, whichever corner it began in", () => {
    expect(drag({}, {}, { x: 0.4, y: 0.6 }, { x: 0.2, y: 0.9 })).toEqual([
      { kind: "box", box: [0.2, 0.5, 0.5, 0.9] },
    ]);
  });

  it("never make a box of what does not belong", () => {
    expect(drag({ tool: "exclude" }, {}, { x: 0.2, y: 0.9 })).toMatchObject([{ kind: "click" }]);
  });

  it("do nothing beside the picture", () => {
    expect(begin(hand, press({ at: { x: 1.1, y: 0.5 } }))).toBeNull();
  });

  it("allow for more slack where the picture is small on the screen", () => {
    expect(drag({ pixel: 8 }, {}, { x: 0.52, y: 0.5 })).toMatchObject([{ kind: "click" }]);
    expect(drag({ pixel: 1 }, {}, { x: 0.52, y: 0.6 })).toMatchObject([{ kind: "box" }]);
  });
});

describe("box", () => {
  it("begins beside the picture and ends on its edge", () => {
    expect(drag({ tool: "box" }, { at: { x: -0.2, y: 0.1 } }, { x: 0.5, y: 1.4 })).toEqual([
      { kind: "box", box: [0, 0.1, 0.5, 1] },
    ]);
  });

  it("is nothing when it has no extent", () => {
    expect(drag({ tool: "box" }, {})).toEqual([]);
  });
});

describe("brush", () => {
  it("gives the whole stroke, and one place for a dab", () => {
    expect(drag({ tool: "brush" }, {}, { x: 0.6, y: 0.5 }, { x: 0.7, y: 0.6 })).toEqual([
      {
        kind: "brush",
        points: [[0.5, 0.5], [0.6, 0.5], [0.7, 0.6]],
        radius: 0.1,
        include: true,
        direct: true,
      },
    ]);
    expect(drag({ tool: "brush", erase: true, direct: false }, {})).toEqual([
      { kind: "brush", points: [[0.5, 0.5]], radius: 0.1, include: false, direct: false },
    ]);
  });

  it("shows its stroke while it is drawn, without places that add nothing", () => {
    const first = begin({ ...hand, tool: "brush" }, press());
    const fine = Array.from({ length: 50 }, (_, i) => ({ x: 0.5 + i * 0.0001, y: 0.5 }));
    const shape = first?.next.move(fine).next.shape;
    expect(shape).toMatchObject({ kind: "brush", points: [[0.5, 0.5]] });
  });

  it("keeps within what the protocol takes, however long the stroke", () => {
    const first = begin({ ...hand, tool: "brush", radius: 0.002 }, press());
    let gesture = first?.next;
    for (let i = 0; i < 12_000; i += 500) {
      const places = Array.from({ length: 500 }, (_, k) => ({
        x: 0.5 + 0.4 * Math.sin((i + k) / 20),
        y: 0.5 + 0.4 * Math.cos((i + k) / 31),
      }));
      gesture = gesture?.move(places).next;
    }
    const [stroke] = gesture?.release() ?? [];
    expect(stroke?.kind === "brush" && stroke.points.length).toBeGreaterThan(1000);
    expect(stroke?.kind === "brush" && stroke.points.length).toBeLessThanOrEqual(4096);
  });
});

describe("lasso", () => {
  it("closes around an area", () => {
    const corners = [{ x: 0.7, y: 0.5 }, { x: 0.7, y: 0.8 }];
    expect(drag({ tool: "lasso", direct: false }, { alt: true }, ...corners)).toEqual([
      {
        kind: "lasso",
        points: [[0.5, 0.5], [0.7, 0.5], [0.7, 0.8]],
        include: false,
        direct: false,
      },
    ]);
  });

  it("is nothing when it encloses nothing", () => {
    expect(drag({ tool: "lasso" }, {}, { x: 0.7, y: 0.5 })).toEqual([]);
    expect(drag({ tool: "lasso" }, {}, { x: 0.7, y: 0.5 }, { x: 0.6, y: 0.5 })).toEqual([]);
  });
});

describe("marks and the view", () => {
  it("selects a mark, and moves it only when it is dragged", () => {
    expect(drag({ tool: "brush" }, { mark: "c1" }, { x: 0.501, y: 0.5 })).toEqual([
      { kind: "select", mark: "c1" },
    ]);
    expect(drag({}, { mark: "c1" }, { x: 0.8, y: 1.3 })).toEqual([
      { kind: "select", mark: "c1" },
      { kind: "drag", mark: "c1", at: { x: 0.8, y: 1 } },
      { kind: "drop", mark: "c1" },
    ]);
  });

  it("keeps the place that was gripped under the pointer", () => {
    const [pan] = drag({ tool: "hand" }, { at: { x: 1.2, y: 0.5 } }, { x: 1.25, y: 0.4 });
    expect(pan?.kind === "pan" && [pan.dx.toFixed(3), pan.dy.toFixed(3)]).toEqual(["0.050", "-0.100"]);
    expect(drag({}, { pan: true }, { x: 0.6, y: 0.5 })).toMatchObject([{ kind: "pan" }]);
  });

  it("keeps what is under two fingers there", () => {
    const view = { x: 10, y: 20, scale: 0.5 };
    const before = [{ x: 100, y: 100 }, { x: 200, y: 100 }] as const;
    const after = [{ x: 80, y: 150 }, { x: 280, y: 150 }] as const;
    const zoomed = pinch(view, before, after, 0.05);
    expect(zoomed.scale).toBeCloseTo(1);
    for (const [from, to] of [[before[0], after[0]], [before[1], after[1]]] as const) {
      const back = toStage(zoomed, picture, toPicture(view, picture, from));
      expect(back.x).toBeCloseTo(to.x);
      expect(back.y).toBeCloseTo(to.y);
    }
  });
});
