import { describe, expect, it } from "vitest";
import { deedBetween } from "../src/logic/deeds";
import { Session } from "../src/state/session";
import { makeObject, makeProject } from "./project";

const click = { id: "c1", x: 0.5, y: 0.5, include: true };
const keyframe = { frame: 7, mask: "/m/a.png", absent: false, clicks: [click], prompts: [] };
const dog = makeObject({ name: "Dog", keyframes: [keyframe] });
const before = makeProject({ revision: 2, objects: [dog] });

describe("what was done", () => {
  it.each([
    [{ name: "cat" }, "rename the project"],
    [{ revision: 3 }, "apply"],
    [{ revision: 1, objects: [] }, "restore revision 1"],
    [{ objects: [] }, "delete Dog"],
    [{ objects: [dog, makeObject({ id: "o2", name: "Lead" })] }, "add Lead"],
    [{ objects: [{ ...dog, name: "Cat" }] }, "rename Dog"],
    [{ objects: [{ ...dog, visible: false }] }, "hide Dog"],
    [{ objects: [{ ...dog, locked: true }] }, "lock Dog"],
    [{ objects: [{ ...dog, keyframes: [] }] }, "delete keyframe 7"],
    [
      { objects: [{ ...dog, keyframes: [keyframe, { ...keyframe, frame: 9 }] }] },
      "include click on frame 9",
    ],
    [
      { objects: [{ ...dog, keyframes: [{ ...keyframe, clicks: [], absent: true }] }] },
      "delete a mark on frame 7",
    ],
    [
      { objects: [{ ...dog, keyframes: [{ ...keyframe, mask: "/m/b.png" }] }] },
      "change of the mask on frame 7",
    ],
    [{ version: 9 }, null],
  ])("%# is told in a few words", (change, words) => {
    expect(deedBetween(before, { ...before, ...change })).toBe(words);
  });
});

describe("what undo and redo would do", () => {
  it("follows what was done, taken back and done again", () => {
    const session = new Session("p1");
    session.accept({ ...before, version: 1 });
    session.accept({ ...before, version: 2, name: "cat" });
    session.accept({ ...before, version: 3, name: "cat", revision: 3 });
    expect(session.deeds.undo.value).toBe("apply");
    session.accept({ ...before, version: 4, name: "cat" }, "undo");
    expect([session.deeds.undo.value, session.deeds.redo.value]).toEqual(["rename the project", "apply"]);
    session.accept({ ...before, version: 5, name: "cat", revision: 3 }, "redo");
    expect([session.deeds.undo.value, session.deeds.redo.value]).toEqual(["apply", null]);
  });

  it("is unknown for what an earlier visit did, and never mistaken for something else", () => {
    const session = new Session("p1");
    session.accept({ ...before, version: 1 });
    session.accept({ ...before, version: 2, name: "cat" });
    session.accept({ ...before, version: 3 }, "undo");
    session.accept({ ...before, version: 4, objects: [] }, "undo");
    expect([session.deeds.undo.value, session.deeds.redo.value]).toEqual([null, null]);
    session.accept({ ...before, version: 5 }, "redo");
    expect(session.deeds.redo.value).toBe("rename the project");
  });

  it("is unknown where another page had a hand in it", () => {
    const session = new Session("p1");
    session.accept({ ...before, version: 1 });
    session.accept({ ...before, version: 2, name: "cat" });
    session.accept({ ...before, version: 3, name: "bird" }, "read");
    expect(session.deeds.undo.value).toBeNull();
  });

  const step = (number: number, deed: string, frame: number | null = null) => {
    const about = { id: 100 + number, created: "2026-11-23T10:00:00Z", object: null };
    return { ...about, number, deed, frame };
  };

  it("is had from the history after going to a step, and after a visit that did not see it done", () => {
    const session = new Session("p1");
    session.accept({ ...before, version: 1 });
    session.accept({ ...before, version: 2, name: "cat" }, "read");
    const steps = [step(0, "Clip opened"), step(1, "Include click", 7), step(2, "Box", 9)];
    session.deeds.learn({ count: 3, present: 1, steps });
    expect([session.deeds.undo.value, session.deeds.redo.value]).toEqual([
      "include click on frame 7",
      "box on frame 9",
    ]);
    session.accept({ ...before, version: 3, name: "dog" }, "undo");
    expect([session.deeds.undo.value, session.deeds.redo.value]).toEqual([null, "include click on frame 7"]);
  });

  it("keeps the words for what was seen, and takes none from a part of the history that ends elsewhere", () => {
    const session = new Session("p1");
    session.accept({ ...before, version: 1 });
    session.accept({ ...before, version: 2, name: "cat" });
    session.deeds.learn({ count: 9, present: 2, steps: [step(7, "Box"), step(8, "Include lasso")] });
    expect([session.deeds.undo.value, session.deeds.redo.value]).toEqual(["rename the project", null]);
    const steps = [step(0, "Clip opened"), step(1, "Box", 3), step(2, "Project named “cat”")];
    session.deeds.learn({ count: 3, present: 2, steps });
    expect(session.deeds.undo.value).toBe("rename the project");
    session.accept({ ...before, version: 3 }, "undo");
    expect(session.deeds.undo.value).toBe("box on frame 3");
  });
});
