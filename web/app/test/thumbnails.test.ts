import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Thumbnails } from "../src/editor/thumbnails";
import { Session } from "../src/state/session";

/** Requests that nobody answers: they end when they are called off. */
class Silence {
  readonly open = new Set<string>();

  readonly fetch = (path: string, { signal }: { signal: AbortSignal }): Promise<Response> => {
    const frame = /frames\/(\d+)/.exec(path)?.[1] ?? path;
    this.open.add(frame);
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        this.open.delete(frame);
        reject(new DOMException("called off", "AbortError"));
      });
    });
  };
}

describe("small pictures", () => {
  let silence: Silence;

  beforeEach(() => {
    silence = new Silence();
    vi.stubGlobal("fetch", silence.fetch);
  });
  afterEach(() => vi.unstubAllGlobals());

  it("take one connection, for the one asked for last", async () => {
    const thumbnails = new Thumbnails(new Session("p1"));
    const first = thumbnails.fetch(3, 96);
    const second = thumbnails.fetch(4, 96);
    expect(await first).toBeUndefined();
    expect([...silence.open]).toEqual(["4"]);
    expect(thumbnails.isFree).toBe(false);
    thumbnails.dispose();
    expect(await second).toBeUndefined();
    expect(thumbnails.isFree).toBe(true);
  });

  it("give it up to a command at once, and ask for nothing until that is answered", async () => {
    const session = new Session("p1");
    const thumbnails = new Thumbnails(session);
    const picture = thumbnails.fetch(3, 96);
    let answer: (value: null) => void = () => undefined;
    const answered = session.run(() => new Promise<null>((resolve) => (answer = resolve)));
    expect(await picture).toBeUndefined();
    expect(await thumbnails.fetch(4, 96)).toBeUndefined();
    expect(silence.open.size).toBe(0);
    answer(null);
    await answered;
    expect(thumbnails.isFree).toBe(true);
  });

  it("are called off when nobody waits for them any more", async () => {
    const thumbnails = new Thumbnails(new Session("p1"));
    const left = new AbortController();
    const picture = thumbnails.fetch(3, 96, left.signal);
    left.abort();
    expect(await picture).toBeUndefined();
    expect(silence.open.size).toBe(0);
  });
});
