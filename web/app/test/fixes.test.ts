import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { followFixes } from "../src/state/confidence";
import { Session } from "../src/state/session";
import { makeKeyframe, makeObject, makeProject } from "./project";

const [first, second] = [
  makeObject({ id: "o1", keyframes: [makeKeyframe()] }),
  makeObject({ id: "o2", name: "Object 2", keyframes: [makeKeyframe()] }),
];

/** Sure everywhere but in ten frames from `start` on. */
function doubtful(start: number): number[] {
  return Array<number>(100).fill(0.98).fill(0.5, start, start + 10);
}

describe("the frames to fix", () => {
  let session: Session;
  let stop: () => void;
  const near = () => session.fixes.value.map(({ frame }) => Math.floor(frame / 10) * 10);

  beforeEach(() => {
    vi.useFakeTimers();
    session = new Session("p1");
    session.accept(makeProject({ objects: [first, second] }));
    session.objectId.value = "o1";
    stop = followFixes(session);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it("follow what is made, also while there is ever more of it", () => {
    for (let segment = 0; segment < 20; segment += 1) {
      session.confidence.value = { o1: doubtful(segment < 19 ? 40 : 70) };
      if (segment === 0) expect(near()).toEqual([]);
      vi.advanceTimersByTime(100);
    }
    expect(near()[0]).toBe(40);
    vi.advanceTimersByTime(1000);
    expect(near()[0]).toBe(70);
  });

  it("are never those of an object that was selected before", () => {
    session.confidence.value = { o1: doubtful(40), o2: doubtful(70) };
    vi.advanceTimersByTime(1000);
    expect(near()[0]).toBe(40);
    session.objectId.value = "o2";
    expect(near()).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(near()[0]).toBe(70);
  });
});
