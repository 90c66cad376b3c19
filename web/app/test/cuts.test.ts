import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Project } from "../src/api/types";
import type { Playback } from "../src/state/playback";
import { Session } from "../src/state/session";
import { makeProject } from "./project";

/** The browser's event stream, spoken through by the tests. */
class Stream {
  static readonly CLOSED = 2;
  static last: Stream | null = null;
  onopen: (() => void) | null = null;
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

/** A browser with a server that has this project; the paths it is asked for. */
function stubBrowser(stored: () => Project): string[] {
  vi.stubGlobal("EventSource", Stream);
  const page = new EventTarget();
  vi.stubGlobal("document", Object.assign(page, { title: "" }));
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  const paths: string[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    paths.push(path);
    const body = path.endsWith("/frame-table") ? { damage: null } : { ...stored(), exports: [] };
    return Promise.resolve(new Response(JSON.stringify(body)));
  });
  return paths;
}

describe("a clip whose cuts are not known yet", () => {
  let stored: Project;
  let session: Session;
  let paths: string[];

  beforeEach(async () => {
    stored = withShots(null);
    paths = stubBrowser(() => stored);
    session = new Session("p1");
    await session.open();
  });
  afterEach(() => {
    session.dispose();
    vi.unstubAllGlobals();
  });

  const shots = () => session.project.value?.clip.shots;

  it("is read again once they are, though nothing else has changed", async () => {
    stored = withShots([[0, 100]]);
    Stream.last?.tell("project", { version: 4 });
    await vi.waitFor(() => expect(shots()).toEqual([[0, 100]]));
  });

  it("is read again as the stream opens, once: they may have become known before, and anything else", async () => {
    stored = withShots([[0, 100]]);
    Stream.last?.onopen?.();
    await vi.waitFor(() => expect(shots()).toEqual([[0, 100]]));
    paths.length = 0;
    Stream.last?.onopen?.();
    await Promise.resolve();
    expect(paths).toEqual([]);
  });

  it("is read again once a stream is open that takes the place of one with too much missed", async () => {
    Stream.last?.onopen?.();
    await vi.waitFor(() => expect(paths.filter((path) => path.endsWith("/projects/p1"))).toHaveLength(2));
    const [old] = [Stream.last];
    old?.tell("reset", {});
    expect(Stream.last).not.toBe(old);
    stored = withShots([[0, 100]]);
    Stream.last?.onopen?.();
    await vi.waitFor(() => expect(shots()).toEqual([[0, 100]]));
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

  it("is not read again with every step of work before they are", async () => {
    paths.length = 0;
    Stream.last?.tell("work", { state: "running", done: 0, total: 5, remaining_s: null, detail: null });
    await Promise.resolve();
    expect(paths).toEqual([]);
  });
});

describe("a revision of which cuts have yet to decide some", () => {
  const frame = signal(10);
  const manifest = signal<unknown>(null);
  const asked: (number | undefined)[] = [];
  let session: Session;

  const decided = (...addresses: string[]) => ({
    revision: 1,
    grid: { length: 24, segment_count: 4, frame_count: 90 },
    objects: [{ id: "o1", keyframes: [0], matte: { addresses, ready: [] } }],
  });

  beforeEach(async () => {
    stubBrowser(() => withShots(null));
    asked.length = 0;
    manifest.value = decided("a", "b", "", "");
    session = new Session("p1");
    await session.open();
    session.playback.value = {
      frame,
      manifest,
      dispose: () => undefined,
      showRevision: (revision?: number) => {
        asked.push(revision);
        manifest.value = decided("a", "b", "c", "");
        return Promise.resolve();
      },
    } as unknown as Playback;
  });
  afterEach(() => {
    session.dispose();
    vi.unstubAllGlobals();
  });

  it("says where", () => {
    expect(session.undecidedOf("o1")).toEqual([[48, 90]]);
    frame.value = 10;
    expect(session.awaitsCuts.value).toBe(false);
    frame.value = 50;
    expect(session.awaitsCuts.value).toBe(true);
  });

  it("is read again when more is decided, and no more when all is", async () => {
    Stream.last?.tell("revision", { revision: 1, changed: { o1: [[2, 3]] } });
    await vi.waitFor(() => expect(session.undecidedOf("o1")).toEqual([[72, 90]]));
    expect(asked).toEqual([1]);
    manifest.value = decided("a", "b", "c", "d");
    Stream.last?.tell("revision", { revision: 1, changed: {} });
    await Promise.resolve();
    expect(asked).toEqual([1]);
  });

  it("is read once more for what was decided while it was read", async () => {
    Stream.last?.tell("revision", { revision: 1, changed: { o1: [[2, 3]] } });
    Stream.last?.tell("revision", { revision: 1, changed: { o1: [[3, 4]] } });
    Stream.last?.tell("revision", { revision: 1, changed: { o1: [[3, 4]] } });
    await vi.waitFor(() => expect(asked).toEqual([1, 1]));
  });

  it("is read again with the cuts where another one is compared with, of which nothing is told", async () => {
    manifest.value = decided("a", "b", "c", "d");
    Stream.last?.tell("project", { version: 4 });
    await Promise.resolve();
    expect(asked).toEqual([]);
    session.compare.value = { revision: 3, position: 0.5 };
    Stream.last?.tell("project", { version: 4 });
    await vi.waitFor(() => expect(asked).toEqual([1]));
  });
});
