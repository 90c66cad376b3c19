import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Project } from "../src/api/types";
import { Session } from "../src/state/session";
import { makeProject } from "./project";

/** The browser's event stream, spoken through by the tests. */
class Stream {
  static readonly CLOSED = 2;
  static last: Stream | null = null;
  private readonly listeners = new Map<string, (event: { data: string }) => void>();

  constructor() {
    Stream.last = this;
  }

  addEventListener(name: string, listener: (event: { data: string }) => void): void {
    this.listeners.set(name, listener);
  }

  tell(name: string, data: object): void {
    this.listeners.get(name)?.({ data: JSON.stringify(data) });
  }

  close(): void {
    this.listeners.clear();
  }
}

const withShots = (shots: Project["clip"]["shots"]): Project => {
  const project = makeProject({ version: 4, revision: 1 });
  return { ...project, clip: { ...project.clip, shots } };
};

describe("a clip whose cuts are not known yet", () => {
  let stored: Project;
  let session: Session;
  let paths: string[];

  beforeEach(async () => {
    stored = withShots(null);
    vi.stubGlobal("EventSource", Stream);
    vi.stubGlobal("document", { title: "" });
    paths = [];
    vi.stubGlobal("fetch", (path: string) => {
      paths.push(path);
      const body = path.endsWith("/frame-table") ? { damage: null } : { ...stored, exports: [] };
      return Promise.resolve(new Response(JSON.stringify(body)));
    });
    session = new Session("p1");
    await session.open();
  });
  afterEach(() => {
    session.dispose();
    vi.unstubAllGlobals();
  });

  const shots = () => session.project.value?.clip.shots;

  it("is read again once they are, though nothing else has changed", async () => {
    expect(session.awaitsCuts.value).toBe(true);
    stored = withShots([[0, 100]]);
    Stream.last?.tell("project", { version: 4 });
    await vi.waitFor(() => expect(shots()).toEqual([[0, 100]]));
    expect(session.awaitsCuts.value).toBe(false);
  });

  it("is not read again for an edit of this page", async () => {
    paths.length = 0;
    const edited = { ...stored, version: 5 };
    const edit = session.run(() => Promise.resolve(edited));
    Stream.last?.tell("project", { version: 5 });
    await edit;
    expect(session.project.value?.version).toBe(5);
    expect(paths).toEqual([]);
  });

  it("is read again once they are, though an edit is on its way", async () => {
    const edited = { ...stored, version: 5 };
    const edit = session.run(() => Promise.resolve(edited));
    stored = { ...withShots([[0, 100]]), version: 5 };
    Stream.last?.tell("project", { version: 5 });
    Stream.last?.tell("project", { version: 5 });
    await edit;
    await vi.waitFor(() => expect(shots()).toEqual([[0, 100]]));
  });

  it("is read again when work begins, should the event have gone by", async () => {
    stored = withShots([[0, 100]]);
    Stream.last?.tell("work", { state: "running", done: 0, total: 5, remaining_s: null, detail: null });
    await vi.waitFor(() => expect(shots()).toEqual([[0, 100]]));
  });
});
