import { beforeEach, describe, expect, it } from "vitest";
import { Seeking } from "../src/engine/seeking";
import type { FrameEvent } from "../src/types";

function event(frame: number): FrameEvent {
  return { frame, drawnAt: 0, time: 0, revision: 1, matte: "paired", live: [], against: null };
}

const nothing = () => false;
const everything = () => true;

describe("Seeking", () => {
  let now: number;
  let seeking: Seeking;
  let answers: (number | null)[];

  /** Asks for a frame and notes the answer in order. */
  function seek(frame: number): Promise<void> {
    return seeking.seek(frame).then((shown) => {
      answers.push(shown?.frame ?? null);
    });
  }

  beforeEach(() => {
    now = 0;
    answers = [];
    seeking = new Seeking(() => now);
    seeking.shown(null);
  });

  it("goes to a frame at once when nothing is under way", async () => {
    const answer = seek(40);
    expect(seeking.target).toBe(40);
    seeking.shown(event(40));
    await answer;
    expect(answers).toEqual([40]);
  });

  it("finishes the frame in work, then takes the newest wish and drops those between", async () => {
    const all = [seek(10), seek(20), seek(30)];
    expect([seeking.target, seeking.newest]).toEqual([10, 30]);
    expect(seeking.shown(event(10))).toBe(true);
    expect(seeking.target).toBe(30);
    expect(seeking.shown(event(30))).toBe(false);
    await Promise.all(all);
    expect(answers).toEqual([null, null, 30]);
  });

  it("takes the newest wish at once when its picture is there", () => {
    void seek(10);
    void seek(20);
    seeking.advance((frame) => frame === 20, nothing);
    expect(seeking.target).toBe(20);
  });

  it("leaves a frame that takes too long to come, and later one that takes too long to decode", () => {
    void seek(10);
    void seek(20);
    seeking.advance(nothing, nothing);
    expect(seeking.target).toBe(10);
    now = 300;
    seeking.advance(nothing, everything);
    expect(seeking.target).toBe(10);
    seeking.advance(nothing, nothing);
    expect([seeking.target, seeking.age]).toEqual([20, 0]);
    void seek(30);
    now = 1400;
    seeking.advance(nothing, everything);
    expect(seeking.target).toBe(30);
  });

  it("steps from the newest wish, not from the frame in work", () => {
    void seek(10);
    void seek(seeking.newest + 1);
    void seek(seeking.newest + 1);
    expect(seeking.newest).toBe(12);
  });

  it("tells a hand on its way from single steps and from one that rests", () => {
    void seek(10);
    expect(seeking.isDragging).toBe(false);
    now = 50;
    void seek(11);
    expect(seeking.isDragging).toBe(false);
    now = 100;
    void seek(60);
    expect(seeking.isDragging).toBe(true);
    expect(seeking.takeOvertaken()).toBe(2);
    now = 350;
    expect([seeking.isDragging, seeking.isBusy, seeking.takeOvertaken()]).toEqual([false, false, 0]);
  });

  it("says when time alone has the newest wish take its turn", () => {
    expect(seeking.turnIn).toBeNull();
    void seek(10);
    expect(seeking.turnIn).toBeNull();
    now = 300;
    void seek(11);
    // The frame in work is older than a segment takes to come; decoding it may take as long again.
    expect(seeking.turnIn).toBe(700);
    seeking.advance(nothing, everything);
    expect(seeking.target).toBe(10);
    now = 1000;
    seeking.advance(nothing, everything);
    expect([seeking.target, seeking.turnIn]).toEqual([11, null]);
    now = 1050;
    void seek(60);
    void seek(70);
    expect(seeking.turnIn).toBe(200);
  });

  it("answers who waits when playback takes over", async () => {
    const answer = seek(10);
    seeking.jump(50);
    await answer;
    expect([answers, seeking.target]).toEqual([[null], 50]);
  });

  it("keeps what is sought when the clip is opened again", async () => {
    const answer = seek(10);
    seeking.renew((frame) => Math.min(frame, 95));
    seeking.shown(event(10));
    await answer;
    expect(answers).toEqual([10]);
  });
});
