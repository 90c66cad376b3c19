import { signal } from "@preact/signals";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { sentence } from "../src/api/problem";
import { clearMarks, mark } from "../src/state/editing";
import { notices } from "../src/state/notices";
import { deleteObject } from "../src/state/objects";
import { decoderChoice, type Playback } from "../src/state/playback";
import { formatRoute, parseRoute } from "../src/state/route";
import { Session } from "../src/state/session";
import { makeObject, makeProject } from "./project";

describe("session", () => {
  it("ignores an answer that is older than what it has", () => {
    const session = new Session("p1");
    session.accept(makeProject({ version: 5, name: "new" }));
    session.accept(makeProject({ version: 4, name: "old" }));
    expect(session.project.value?.name).toBe("new");
  });

  it("does not go back to the revision before for a read that was begun before Apply was answered", async () => {
    const session = new Session("p1");
    const asked: (number | undefined)[] = [];
    const playback = {
      manifest: signal({ revision: 1 }),
      showRevision: (revision?: number) => {
        asked.push(revision);
        playback.manifest.value = { revision: revision ?? 0 };
        return Promise.resolve();
      },
    };
    session.playback.value = playback as unknown as Playback;
    session.accept(makeProject({ version: 5, revision: 1 }));
    const answers: ((answer: Response) => void)[] = [];
    vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => answers.push(resolve)));
    onTestFinished(() => { vi.unstubAllGlobals(); });
    const reading = session.refresh();
    session.shownRevision.expect(2);
    answers[0]?.(new Response(JSON.stringify(makeProject({ version: 5, revision: 1 }))));
    await reading;
    session.accept(makeProject({ version: 6, revision: 2 }));
    expect(asked).toEqual([2]);
    expect(session.project.value?.revision).toBe(2);
  });

  it("offers to bring an object back only while the project is open", async () => {
    notices.value = [];
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json(makeProject({ version: 2, objects: [] }))));
    vi.stubGlobal("document", { title: "" });
    onTestFinished(() => { vi.unstubAllGlobals(); });
    const session = new Session("p1");
    session.accept(makeProject());
    deleteObject(session, makeObject());
    await session.run(() => Promise.resolve(null));
    expect(notices.value.map(({ action }) => action?.label)).toEqual(["Undo"]);
    session.dispose();
    expect(notices.value).toEqual([]);
    deleteObject(session, makeObject());
    await session.run(() => Promise.resolve(null));
    expect(notices.value.map(({ text, action }) => [text, action])).toEqual([["Deleted “Object 1”.", undefined]]);
  });

  it("runs commands in order, also after one was refused", async () => {
    const session = new Session("p1");
    const order: string[] = [];
    const slow = session.run(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push("slow");
      return makeProject({ version: 2 });
    });
    const quick = session.run(() => {
      order.push("quick");
      return Promise.resolve(makeProject({ version: 3 }));
    });
    await Promise.all([slow, quick]);
    expect(order).toEqual(["slow", "quick"]);
    expect(session.project.value?.version).toBe(3);
    expect(session.busy.value).toBe(0);
  });

  it("never holds an in point behind the out point", () => {
    const session = new Session("p1");
    session.marks.value = { in: null, out: -1 };
    mark(session, "in");
    expect(session.marks.value).toEqual({ in: 0, out: null });
    clearMarks(session);
    expect(session.marks.value).toEqual({ in: null, out: null });
  });
});

describe("address", () => {
  it("names the project and the frame, and reads them back", () => {
    for (const route of [
      { project: null, frame: 0 },
      { project: "p12ab", frame: 0 },
      { project: "p12ab", frame: 37 },
    ]) {
      expect(parseRoute(formatRoute(route))).toEqual(route);
    }
    expect(parseRoute("#/nonsense")).toEqual({ project: null, frame: 0 });
  });

  it("chooses the decoder", () => {
    expect(decoderChoice("?decoder=wasm")).toBe("wasm");
    expect(decoderChoice("?decoder=other")).toBe("auto");
  });
});

describe("problem details", () => {
  it("show their sentence, and anything else a plain one", () => {
    expect(sentence('{"detail": "notes.txt is no video; choose a video file."}', 422)).toBe(
      "notes.txt is no video; choose a video file.",
    );
    expect(sentence("<html>Bad gateway</html>", 502)).toContain("502");
    expect(sentence('{"detail": [{"loc": ["body"]}]}', 422)).toContain("422");
  });
});
