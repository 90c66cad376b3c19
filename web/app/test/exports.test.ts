import { describe, expect, it } from "vitest";
import { appliedObjects, exportBasis, fillName, hasRemoved, usualName } from "../src/logic/exports";
import { openExport } from "../src/state/exporting";
import { Session } from "../src/state/session";
import { makeObject, makeProject } from "./project";

const keyframes = [{ frame: 0, mask: "/m/a.png", absent: false, clicks: [], prompts: [] }];
const first = makeObject({ id: "o1", keyframes });
const second = makeObject({ id: "o2", keyframes });
const both = makeProject({ revision: 1, objects: [first, second] });
const manifest = {
  revision: 1,
  objects: [
    { id: "o1", matte: {} },
    { id: "o2", matte: {} },
    { id: "o3", matte: null },
  ],
};

describe("what can be exported", () => {
  it("is what was applied and still exists", () => {
    expect(appliedObjects(both, manifest)).toEqual(["o1", "o2"]);
    expect(hasRemoved(both, manifest)).toBe(false);
    const one = { ...both, objects: [second] };
    expect(appliedObjects(one, manifest)).toEqual(["o2"]);
    expect(hasRemoved(one, manifest)).toBe(true);
  });

  it("is nothing once the last object is removed, and there is nothing to apply", () => {
    const none = { ...both, objects: [] };
    expect(appliedObjects(none, manifest)).toEqual([]);
    expect(hasRemoved(none, manifest)).toBe(false);
  });

  it("waits for the manifest of the present revision", () => {
    expect(appliedObjects({ ...both, revision: 2 }, manifest)).toEqual([]);
    expect(hasRemoved({ ...both, revision: 2, objects: [first] }, manifest)).toBe(false);
    expect(appliedObjects(both, null)).toEqual([]);
  });
});

describe("the name of an export", () => {
  const parts = { project: "dog", clip: "MVI_1", object: "Ear, Tail", revision: "3", format: "png" };

  it("has its words in braces filled in", () => {
    expect(fillName("{project}_{object} v{revision}", parts)).toBe("dog_Ear, Tail v3");
    expect(fillName("plain", parts)).toBe("plain");
  });

  it("says without being asked whether it is a matte, and whose file it is", () => {
    expect(usualName("mp4", false)).toBe("{project} r{revision}");
    expect(usualName("matte", true)).toBe("{project} {object} {format} r{revision}");
  });

  it("keeps words that it does not know", () => {
    expect(fillName("{shot} {format}", parts)).toBe("{shot} png");
  });
});

describe("a finished export", () => {
  const marks = { in: null, out: null };
  const basis = exportBasis(both, marks);

  it("is told from a new one by revision, corrections, objects and marks", () => {
    expect(exportBasis({ ...both, version: 9, name: "cat" }, marks)).toBe(basis);
    expect(exportBasis({ ...both, revision: 2 }, marks)).not.toBe(basis);
    expect(exportBasis({ ...both, objects: [first] }, marks)).not.toBe(basis);
    expect(exportBasis(both, { in: 3, out: null })).not.toBe(basis);
    const hidden = [first, { ...second, visible: false }];
    expect(exportBasis({ ...both, objects: hidden }, marks)).not.toBe(basis);
    const corrected = [first, { ...second, stale: [[0, 9]] as [number, number][] }];
    expect(exportBasis({ ...both, objects: corrected }, marks)).not.toBe(basis);
  });

  it("is offered until something changes, then is among the earlier ones", () => {
    const session = new Session("p1");
    const job = {
      id: "e1",
      state: "done" as const,
      done: 9,
      total: 9,
      detail: null,
      revision: 1,
      format: "mp4",
      separate: false,
      file_name: "dog r1.mp4",
      file: "/f",
    };
    session.project.value = both;
    session.exportBasis.value = basis;
    session.exportJob.value = job;
    openExport(session);
    expect(session.dialog.value).toBe("export");
    expect(session.exportJob.value).toBe(job);
    session.marks.value = { in: 3, out: null };
    openExport(session);
    expect(session.exportJob.value).toBeNull();
    expect(session.exported.value).toEqual([job]);
  });
});
