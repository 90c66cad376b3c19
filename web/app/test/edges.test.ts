import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  edgesIn,
  isNeutral,
  limitsOf,
  NEUTRAL_EDGE,
  shownEdge,
  withValue,
  wordsOf,
  type Edge,
} from "../src/state/edges";
import { goToStep, undo } from "../src/state/editing";
import { notices } from "../src/state/notices";
import { restoreRevision } from "../src/state/revisions";
import { Session } from "../src/state/session";
import { makeObject, makeProject } from "./project";

describe("a value of an edge", () => {
  it("stays within what the source's height allows", () => {
    const set = (name: keyof Edge, value: number) => withValue(NEUTRAL_EDGE, name, value, 720)[name];
    expect([set("grow", 99), set("grow", -99), set("feather", -1), set("smooth", 99)]).toEqual([36, -36, 0, 14.4]);
    expect([set("despill", 2), set("clip_black", 1), set("clip_white", 0)]).toEqual([1, 0.9, 0.1]);
    expect(limitsOf("grow", 1079)).toMatchObject({ least: -53.95, most: 53.95 });
  });

  it("is rounded to what the fields show", () => {
    expect(withValue(NEUTRAL_EDGE, "feather", 0.1 + 0.2, 720).feather).toBe(0.3);
    expect(withValue(NEUTRAL_EDGE, "despill", 0.1 + 0.2, 720).despill).toBe(0.3);
  });

  it("keeps clip white above clip black, whichever moves", () => {
    const edge = { ...NEUTRAL_EDGE, clip_black: 0.2, clip_white: 0.6 };
    expect(withValue(edge, "clip_black", 0.7, 720)).toMatchObject({ clip_black: 0.7, clip_white: 0.75 });
    expect(withValue(edge, "clip_white", 0.15, 720)).toMatchObject({ clip_black: 0.1, clip_white: 0.15 });
    expect(withValue(edge, "clip_white", 0.3, 720)).toMatchObject({ clip_black: 0.2, clip_white: 0.3 });
  });

  it("is given to the player in pixels of the picture that is shown", () => {
    const { clip } = makeProject();
    const edge = { ...NEUTRAL_EDGE, grow: -3, feather: 6, smooth: 1.5, despill: 0.5 };
    const shown = { ...edge, grow: -1, feather: 2, smooth: 0.5 };
    expect(shownEdge(edge, { ...clip, source_height: 2160 })).toEqual(shown);
  });
});

describe("an edge in words", () => {
  it("names what is set, and nothing else", () => {
    expect(wordsOf({ ...NEUTRAL_EDGE, grow: -1, feather: 2 })).toBe("shrink 1 px, feather 2 px");
    expect(wordsOf({ ...NEUTRAL_EDGE, clip_white: 0.9, despill: 0.285 })).toBe("clip white 90 %, despill 28.5 %");
    expect(isNeutral(NEUTRAL_EDGE)).toBe(true);
  });

  it("tells of an export's objects that have one", () => {
    const soft = makeObject({ name: "Dog", edge: { ...NEUTRAL_EDGE, feather: 2 } });
    expect(edgesIn([makeObject()])).toBeNull();
    expect(edgesIn([makeObject(), soft])).toBe("Edges as set for Dog: feather 2 px");
  });
});

describe("setting an edge", () => {
  const bodies: { path: string; edge: Edge }[] = [];
  let answer: () => Response = () => Response.error();

  beforeEach(() => {
    vi.useFakeTimers();
    bodies.length = 0;
    vi.stubGlobal("fetch", (path: string, { body = "{}" }: { body?: string }) => {
      bodies.push({ path, ...(JSON.parse(body) as { edge: Edge }) });
      return Promise.resolve(answer());
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function opened(...objects: Parameters<typeof makeObject>[0][]) {
    const session = new Session("p1");
    session.accept(makeProject({ objects: objects.map((part) => makeObject(part)) }));
    answer = () => {
      const { edge } = bodies.at(-1) ?? {};
      const next = objects.map((part) => makeObject({ ...part, ...(edge && { edge }) }));
      return Response.json(makeProject({ version: 1 + bodies.length, objects: next }));
    };
    return session;
  }

  const first = (session: Session) => session.project.value?.objects[0] ?? makeObject();

  it("shows each value at once and sends the last one when the hand lets go", async () => {
    const session = opened({ id: "o1" });
    for (const feather of [1, 2, 3]) {
      session.edges.change(first(session), "feather", feather);
      expect(session.edges.of(first(session)).feather).toBe(feather);
    }
    expect(bodies).toEqual([]);
    session.edges.commit();
    session.edges.commit();
    await session.run(() => Promise.resolve(null));
    expect(bodies.map(({ edge }) => edge.feather)).toEqual([3]);
    expect(first(session).edge.feather).toBe(3);
  });

  it("makes one step of many keys, once they rest", async () => {
    const session = opened({ id: "o1" });
    for (let i = 1; i <= 5; i++) {
      session.edges.change(first(session), "grow", i / 10);
      session.edges.commitSoon();
      await vi.advanceTimersByTimeAsync(300);
    }
    expect(bodies).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(bodies.map(({ edge }) => edge.grow)).toEqual([0.5]);
  });

  it("sends nothing when the value came back to what it was", async () => {
    const session = opened({ id: "o1" });
    session.edges.change(first(session), "feather", 3);
    session.edges.change(first(session), "feather", 0);
    session.edges.commit();
    await session.run(() => Promise.resolve(null));
    expect(bodies).toEqual([]);
  });

  it("shows the stored edge again when it is refused", async () => {
    const session = opened({ id: "o1" });
    answer = () => Response.json({ status: 422, detail: "No." }, { status: 422 });
    session.edges.set(first(session), { ...NEUTRAL_EDGE, feather: 3 });
    await session.run(() => Promise.resolve(null));
    expect(session.edges.of(first(session))).toEqual(NEUTRAL_EDGE);
  });

  it("makes what was set by keys a step before it is undone", async () => {
    const session = opened({ id: "o1" });
    session.edges.change(first(session), "smooth", 1);
    session.edges.commitSoon();
    undo(session);
    await session.run(() => Promise.resolve(null));
    expect(bodies.map(({ edge }) => edge.smooth)).toEqual([1]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(bodies).toHaveLength(1);
  });

  it.each([
    ["history/7", (session: Session) => goToStep(session, 7, () => undefined)],
    ["revisions/2/restore", (session: Session) => restoreRevision(session, 2)],
  ])("makes what was set by keys a step before %s, not after it", async (path, act) => {
    const session = opened({ id: "o1" });
    session.edges.change(first(session), "smooth", 1);
    session.edges.commitSoon();
    act(session);
    await vi.advanceTimersByTimeAsync(2000);
    expect(bodies.map((one) => one.path)).toEqual(["objects/o1", path].map((one) => `/api/v1/projects/p1/${one}`));
  });

  it("keeps what is set while the server is away, says so once, and sets it when it is back", async () => {
    notices.value = [];
    vi.stubGlobal("dispatchEvent", () => true);
    const session = opened({ id: "o1" }, { id: "o2" });
    const online = answer;
    answer = () => {
      throw new TypeError("Failed to fetch");
    };
    const [, second = makeObject()] = session.project.value?.objects ?? [];
    session.edges.change(first(session), "feather", 3);
    session.edges.change(second, "grow", 2);
    session.edges.commit();
    await session.run(() => Promise.resolve(null));
    session.edges.commit();
    await session.run(() => Promise.resolve(null));
    expect(session.edges.of(first(session)).feather).toBe(3);
    expect(session.edges.of(second).grow).toBe(2);
    expect(bodies).toHaveLength(2);
    expect(notices.value.map(({ text }) => text)).toEqual([
      "The server does not answer: the edge is kept here and set when it is back.",
    ]);
    answer = online;
    const theirs = { ...NEUTRAL_EDGE, smooth: 1 };
    const objects = [makeObject({ id: "o1", edge: theirs }), makeObject({ id: "o2", edge: theirs })];
    session.accept(makeProject({ version: 2, objects }));
    await session.run(() => Promise.resolve(null));
    expect(notices.value).toEqual([]);
    expect(bodies.slice(2).map(({ path }) => path.split("/").at(-1))).toEqual(["o1", "o2"]);
    expect(bodies.slice(2).map(({ edge }) => edge)).toMatchObject([
      { smooth: 1, feather: 3 },
      { smooth: 1, grow: 2 },
    ]);
  });

  it("sets what nobody answered to by itself, as after an outage that nothing else told of", async () => {
    notices.value = [];
    vi.stubGlobal("dispatchEvent", () => true);
    const session = opened({ id: "o1" });
    const online = answer;
    answer = () => {
      throw new TypeError("Failed to fetch");
    };
    session.edges.set(first(session), { ...NEUTRAL_EDGE, feather: 3 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(bodies.length).toBeGreaterThan(2);
    expect([session.edges.unsaved, notices.value.length]).toEqual([true, 1]);
    answer = online;
    await vi.advanceTimersByTimeAsync(2000);
    expect(first(session).edge.feather).toBe(3);
    expect([session.edges.unsaved, notices.value.length]).toEqual([false, 0]);
    const asked = bodies.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bodies).toHaveLength(asked);
  });

  it("tells of what waits in vain when the project is closed", async () => {
    notices.value = [];
    vi.stubGlobal("dispatchEvent", () => true);
    const session = opened({ id: "o1" });
    answer = () => {
      throw new TypeError("Failed to fetch");
    };
    session.edges.set(first(session), { ...NEUTRAL_EDGE, feather: 3 });
    await session.run(() => Promise.resolve(null));
    session.edges.dispose();
    expect(notices.value.map(({ text }) => text)).toEqual([
      "The server did not answer: the edge that was kept here is lost.",
    ]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bodies).toHaveLength(1);
  });

  it("leaves alone what others set under the hand", async () => {
    const session = opened({ id: "o1" });
    session.edges.change(first(session), "feather", 3);
    const theirs = makeObject({ id: "o1", edge: { ...NEUTRAL_EDGE, grow: 2, feather: 1 } });
    session.accept(makeProject({ version: 2, objects: [theirs] }));
    const both = { ...NEUTRAL_EDGE, grow: 2, feather: 3 };
    expect(session.edges.of(first(session))).toEqual(both);
    session.edges.commit();
    await session.run(() => Promise.resolve(null));
    expect(bodies.map(({ edge }) => edge)).toEqual([both]);
  });

  it("keeps its clip white over the clip black that others set meanwhile", async () => {
    const session = opened({ id: "o1" });
    session.edges.change(first(session), "clip_white", 0.5);
    const theirs = makeObject({ id: "o1", edge: { ...NEUTRAL_EDGE, clip_black: 0.7 } });
    session.accept(makeProject({ version: 2, objects: [theirs] }));
    session.edges.commit();
    await session.run(() => Promise.resolve(null));
    expect(bodies.map(({ edge }) => edge)).toEqual([{ ...NEUTRAL_EDGE, clip_black: 0.45, clip_white: 0.5 }]);
  });

  it("goes on with what is set while an earlier value is on its way", async () => {
    const session = opened({ id: "o1" });
    session.edges.change(first(session), "feather", 3);
    session.edges.commit();
    session.edges.change(first(session), "smooth", 1);
    await session.run(() => Promise.resolve(null));
    const both = { ...NEUTRAL_EDGE, feather: 3, smooth: 1 };
    expect(session.edges.of(first(session))).toEqual(both);
    session.edges.commit();
    await session.run(() => Promise.resolve(null));
    expect(bodies.map(({ edge }) => edge)).toEqual([{ ...NEUTRAL_EDGE, feather: 3 }, both]);
  });

  it("shows again what was made a step when the rest is dropped", async () => {
    const session = opened({ id: "o1" });
    session.edges.change(first(session), "feather", 3);
    session.edges.commit();
    session.edges.change(first(session), "feather", 4);
    session.edges.commitSoon();
    session.edges.drop(first(session));
    expect(session.edges.of(first(session)).feather).toBe(3);
    await vi.advanceTimersByTimeAsync(2000);
    session.edges.change(first(session), "feather", 5);
    session.edges.drop(first(session));
    expect(session.edges.of(first(session)).feather).toBe(3);
    expect(bodies.map(({ edge }) => edge.feather)).toEqual([3]);
  });

  it("follows what others change while nothing is being set here", async () => {
    const session = opened({ id: "o1" });
    session.edges.set(first(session), { ...NEUTRAL_EDGE, feather: 3 });
    await session.run(() => Promise.resolve(null));
    session.accept(makeProject({ version: 9, objects: [makeObject({ edge: { ...NEUTRAL_EDGE, smooth: 1 } })] }));
    expect(session.edges.of(first(session))).toMatchObject({ feather: 0, smooth: 1 });
  });

  it("gives all objects that are not locked the edge of one, as one step", async () => {
    const edge = { ...NEUTRAL_EDGE, feather: 4 };
    const locked = { id: "o3", locked: true };
    const session = opened({ id: "o1", edge }, { id: "o2" }, locked, { id: "o4", edge }, { id: "o5" });
    session.edges.useForAll(first(session));
    await session.run(() => Promise.resolve(null));
    expect(bodies).toEqual([{ path: "/api/v1/projects/p1/objects", objects: ["o2", "o5"], edge }]);
    session.edges.useForAll(first(session));
    await session.run(() => Promise.resolve(null));
    expect(bodies).toHaveLength(1);
  });
});
