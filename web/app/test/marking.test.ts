import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Project } from "../src/api/types";
import { apply } from "../src/state/editing";
import { addClick, addPrompt, deleteMark, targetOn } from "../src/state/marking";
import { notices } from "../src/state/notices";
import { addObject, deleteObject, selectObject, updateObject } from "../src/state/objects";
import { Session } from "../src/state/session";
import { makeKeyframe, makeObject, makeProject } from "./project";

/** What the network would carry: each request waits until it is answered. */
class Wire {
  readonly paths: string[] = [];
  private readonly waiting: ((body: object, status: number) => void)[] = [];

  readonly fetch = (path: string): Promise<Response> => {
    this.paths.push(path.replace("/api/v1/projects/p1/", ""));
    return new Promise((resolve) => {
      this.waiting.push((body, status) => {
        resolve(new Response(JSON.stringify(body), { status }));
      });
    });
  };

  async answer(body: Project | { detail: string }, status = 201): Promise<void> {
    await vi.waitFor(() => expect(this.waiting.length).toBeGreaterThan(0));
    this.waiting.shift()?.(body, status);
  }

  refuse(): Promise<void> {
    return this.answer({ detail: "The frame cannot be read." }, 409);
  }

  async sent(count: number): Promise<readonly string[]> {
    await vi.waitFor(() => expect(this.paths.length).toBe(count));
    return this.paths;
  }
}

const click = { at: { x: 0.4, y: 0.5 }, include: true };
const box = { kind: "box", box: [0.1, 0.1, 0.6, 0.6] } as const;
const [first, second] = [makeObject({ id: "o1" }), makeObject({ id: "o2", name: "Object 2" })];

function open(objects = [first, second]): Session {
  const session = new Session("p1");
  session.accept(makeProject({ objects }));
  return session;
}

describe("an edit that waits for its turn", () => {
  let wire: Wire;

  beforeEach(() => {
    wire = new Wire();
    vi.stubGlobal("fetch", wire.fetch);
  });
  afterEach(() => vi.unstubAllGlobals());

  it("goes to the object and frame that it was meant for, whatever is selected by then", async () => {
    const session = open();
    addClick(session, targetOn(session, 3), click);
    addPrompt(session, targetOn(session, 4), box);
    selectObject(session, "o2");
    await wire.answer(makeProject({ version: 2, objects: [first, second] }));
    expect(await wire.sent(2)).toEqual(["objects/o1/frames/3/clicks", "objects/o1/frames/4/prompts"]);
  });

  it("goes to the object that is being added", async () => {
    const session = open([first]);
    addObject(session);
    addClick(session, targetOn(session, 3), click);
    expect(session.draft.value.added[0]?.object).toBe("");
    await wire.answer(makeProject({ version: 2, objects: [first, second] }));
    expect(await wire.sent(2)).toEqual(["objects", "objects/o2/frames/3/clicks"]);
    expect(session.object.value?.id).toBe("o2");
  });

  it("goes to the object that was selected while another is being added", async () => {
    const session = open([first]);
    addObject(session);
    selectObject(session, "o1");
    addClick(session, targetOn(session, 3), click);
    await wire.answer(makeProject({ version: 2, objects: [first, second] }));
    expect(await wire.sent(2)).toEqual(["objects", "objects/o1/frames/3/clicks"]);
    expect(session.object.value?.id).toBe("o1");
  });

  it("makes one object, however many clicks come before there is one", async () => {
    const session = open([]);
    addClick(session, targetOn(session, 0), click);
    addClick(session, targetOn(session, 0), click);
    await wire.answer(makeProject({ version: 2, objects: [first] }));
    await wire.answer(makeProject({ version: 3, objects: [first] }));
    expect(await wire.sent(2)).toEqual(["objects/new/frames/0/clicks", "objects/o1/frames/0/clicks"]);
  });

  it("leaves nothing behind where the first click is refused, and the next one makes the object", async () => {
    const session = open([]);
    const mask = { width: 2, height: 2, data: new Uint8Array(4) };
    session.toolbox.preview.value = { ...click, object: null, frame: 0, mask };
    addClick(session, targetOn(session, 0), click);
    expect(session.toolbox.preview.value).toBeNull();
    expect(session.draft.value.added.length).toBe(1);
    await wire.refuse();
    await wire.answer(makeProject({ objects: [] }), 200);
    await vi.waitFor(() => expect(session.busy.value).toBe(0));
    expect(session.draft.value.added).toEqual([]);
    addClick(session, targetOn(session, 0), click);
    await wire.answer(makeProject({ version: 2, objects: [first] }));
    const made = "objects/new/frames/0/clicks";
    expect((await wire.sent(3)).filter((path) => path.startsWith("objects"))).toEqual([made, made]);
  });

  it("is not applied where it is refused, and the work stands as it stood", async () => {
    const session = open();
    addClick(session, targetOn(session, 3), click);
    apply(session);
    expect(session.working.value).toBe(true);
    await wire.refuse();
    await wire.answer(makeProject({ objects: [first, second] }), 200);
    await vi.waitFor(() => expect(session.busy.value).toBe(0));
    expect(session.work.value).toBeNull();
    expect(wire.paths.filter((path) => path.includes("apply"))).toEqual([]);
  });

  it("leaves the work as it stood where Apply is refused", async () => {
    const session = open([makeObject({ stale: [[0, 100]] })]);
    apply(session);
    expect(session.working.value).toBe(true);
    await wire.refuse();
    await wire.answer(makeProject(), 200);
    await vi.waitFor(() => expect(session.busy.value).toBe(0));
    expect(session.work.value).toBeNull();
    expect(wire.paths[0]).toBe("apply");
  });

  it("is not undone in the place of another one", async () => {
    const session = open();
    deleteObject(session, second);
    await wire.answer(makeProject({ version: 2, objects: [first], can_undo: true }));
    await vi.waitFor(() => expect(notices.value.at(-1)?.action?.label).toBe("Undo"));
    const toast = notices.value.at(-1);
    updateObject(session, "o1", { name: "Dog" });
    toast?.action?.run();
    await wire.answer(makeProject({ version: 3, objects: [first], can_undo: true }));
    await vi.waitFor(() => expect(session.busy.value).toBe(0));
    expect(wire.paths).toEqual(["objects/o2", "objects/o1"]);
  });

  it("deletes no mark of another frame", () => {
    const click = { id: "c1", x: 0.4, y: 0.5, include: true };
    const session = open([makeObject({ keyframes: [makeKeyframe({ frame: 7, clicks: [click] })] })]);
    deleteMark(session, "c1");
    expect(session.busy.value).toBe(0);
    expect(wire.paths).toEqual([]);
  });

  it("is dropped where the object could not be added", async () => {
    const session = open([first]);
    vi.stubGlobal("fetch", (path: string) => {
      wire.paths.push(path);
      return Promise.resolve(new Response('{"detail": "No more objects."}', { status: 409 }));
    });
    addObject(session);
    addClick(session, targetOn(session, 3), click);
    await vi.waitFor(() => expect(session.busy.value).toBe(0));
    expect(wire.paths.filter((path) => path.endsWith("clicks"))).toEqual([]);
    expect(session.draft.value.added).toEqual([]);
  });
});
