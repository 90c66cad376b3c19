import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newCounters, type Counters } from "../src/counters";
import { AbandonedError, FetchError, SegmentFetcher } from "../src/fetcher";

const LIMITS = { connections: 4, cacheBytes: 1000 };

/** A real server whose answers the test decides. */
describe("SegmentFetcher", () => {
  let server: Server;
  let origin: string;
  let requests: string[];
  let priorities: (string | undefined)[];
  let closed: string[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let counters: Counters;
  let fetcher: SegmentFetcher;

  beforeEach(async () => {
    requests = [];
    priorities = [];
    closed = [];
    answer = (_, response) => response.end("bytes");
    server = createServer((request, response) => {
      const path = request.url ?? "";
      requests.push(path);
      priorities.push(request.headers["mattebox-priority"]?.toString());
      response.on("close", () => {
        if (!response.writableEnded) closed.push(path);
      });
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    counters = newCounters();
    fetcher = new SegmentFetcher({}, counters, LIMITS, () => Promise.resolve());
  });

  afterEach(() => {
    fetcher.close();
    server.closeAllConnections();
    server.close();
  });

  const url = (name: string) => `${origin}/${name}`;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

  it("asks for the playhead's segment first and says so", async () => {
    fetcher.setWanted({}, [url("a"), url("b")]);
    expect(text(await fetcher.get(url("b")))).toBe("bytes");
    await fetcher.get(url("a"));
    expect(requests[0]).toBe("/a");
    expect(priorities).toEqual(["playhead", "ahead"]);
  });

  it("fetches what several want once, and keeps it", async () => {
    fetcher.setWanted({}, [url("a")]);
    fetcher.setWanted({}, [url("a")]);
    await Promise.all([fetcher.get(url("a")), fetcher.get(url("a"))]);
    expect(requests).toEqual(["/a"]);
    expect(fetcher.has(url("a"))).toBe(true);
  });

  it("hands out what has come of a segment while the rest is being made, and tells of each piece", async () => {
    let finish: () => void = () => undefined;
    answer = (_, response) => {
      response.write("begin");
      finish = () => response.end("ning");
    };
    const pieces: (string | null)[] = [];
    fetcher.onArrival(() => {
      const bytes = fetcher.soFar(url("a"));
      pieces.push(bytes && text(bytes));
    });
    expect(fetcher.soFar(url("a"))).toBe(null);
    const whole = fetcher.get(url("a"));
    await vi.waitFor(() => { expect(pieces).toEqual(["begin"]); });
    expect(fetcher.has(url("a"))).toBe(false);
    finish();
    expect(text(await whole)).toBe("beginning");
    expect(new Set(pieces)).toEqual(new Set(["begin", "beginning"]));
  });

  it("forgets the beginning of an answer that broke off, and asks again", async () => {
    answer = (_, response) => {
      if (requests.length > 1) response.end("bytes");
      else response.write("half", () => response.destroy());
    };
    expect(text(await fetcher.get(url("a")))).toBe("bytes");
    expect(counters.retries).toBe(1);
  });

  it("drops the connection of what nobody wants any more", async () => {
    const owner = {};
    answer = (request, response) => {
      if (request.url === "/slow") response.write("begin");
      else response.end("bytes");
    };
    fetcher.setWanted(owner, [url("slow")]);
    const slow = fetcher.get(url("slow"));
    while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    fetcher.setWanted(owner, [url("other")]);
    await expect(slow).rejects.toBeInstanceOf(AbandonedError);
    await fetcher.get(url("other"));
    while (closed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(closed).toEqual(["/slow"]);
    expect(counters.aborts).toBe(1);
  });

  it("stops a far request for the playhead's segment, and makes it later", async () => {
    const owner = {};
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    answer = (request, response) => {
      if (request.url === "/near") response.end("near");
      else void released.then(() => response.end("bytes"));
    };
    const far = ["a", "b", "c", "d"].map(url);
    fetcher.setWanted(owner, far);
    while (requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    fetcher.setWanted(owner, [url("near"), ...far]);
    expect(text(await fetcher.get(url("near")))).toBe("near");
    expect(counters.aborts).toBe(1);
    release();
    await Promise.all(far.map((one) => fetcher.get(one)));
    expect(requests.filter((path) => path === "/d")).toHaveLength(2);
  });

  it("stops a far request for a rendition's initialisation, whose segment is still being made", async () => {
    answer = (request, response) => {
      if (request.url === "/init") response.end("init");
    };
    fetcher.setWanted({}, ["a", "b", "c", "d"].map(url));
    while (requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    fetcher.setWanted({}, [url("first"), url("init"), url("next")]);
    expect(text(await fetcher.get(url("init")))).toBe("init");
    expect(requests).toContain("/first");
  });

  it("tries again when the server stumbles", async () => {
    answer = (_, response) => {
      response.statusCode = requests.length < 3 ? 503 : 200;
      response.end("bytes");
    };
    expect(text(await fetcher.get(url("a")))).toBe("bytes");
    expect(counters.retries).toBe(2);
  });

  it("gives up at once, in the server's words, when asking again is no use", async () => {
    answer = (_, response) => {
      response.statusCode = 404;
      response.end(JSON.stringify({ detail: "There is no such segment; read the manifest again." }));
    };
    const failed = fetcher.get(url("a"));
    await expect(failed).rejects.toBeInstanceOf(FetchError);
    await expect(failed).rejects.toThrow("read the manifest again");
    expect(requests).toEqual(["/a"]);
  });
});
