import { describe, expect, it } from "vitest";
import { Quality } from "../src/engine/quality";

/** Shows pictures for some seconds, one each `everyMs` with `skipped` passed over before it. */
function show(quality: Quality, clock: { now: number }, seconds: number, everyMs: number, skipped: number): void {
  const end = clock.now + seconds * 1000;
  while (clock.now < end) {
    clock.now += everyMs;
    quality.note(skipped);
  }
}

function play(...shown: Parameters<typeof show>): void {
  shown[0].begin("playback");
  show(...shown);
}

function watched(): { quality: Quality; clock: { now: number } } {
  const clock = { now: 0 };
  return { quality: new Quality(() => clock.now), clock };
}

describe("Quality", () => {
  it("draws every line as long as pictures keep up", () => {
    const { quality, clock } = watched();
    play(quality, clock, 5, 42, 0);
    expect(quality.scale).toBe(1);
  });

  it("draws fewer lines when most pictures are passed over, and no fewer than a quarter", () => {
    const { quality, clock } = watched();
    play(quality, clock, 1, 200, 4);
    expect(quality.scale).toBe(0.5);
    play(quality, clock, 9, 200, 4);
    expect(quality.scale).toBe(0.25);
  });

  it("draws fewer lines when a film goes on stuttering, but not for a moment's sake", () => {
    const { quality, clock } = watched();
    play(quality, clock, 1, 52, 0.25);
    expect(quality.scale).toBe(1);
    play(quality, clock, 5, 42, 0);
    play(quality, clock, 2, 52, 0.25);
    expect(quality.scale).toBe(0.5);
  });

  it("takes what a hand on its way overtakes for no stutter", () => {
    const { quality, clock } = watched();
    quality.begin("drag");
    show(quality, clock, 5, 52, 0.25);
    expect(quality.scale).toBe(1);
  });

  it("draws fewer lines when a hand's wishes are mostly passed over", () => {
    const { quality, clock } = watched();
    quality.begin("drag");
    show(quality, clock, 1, 200, 4);
    expect(quality.scale).toBe(0.5);
  });

  it("does not mind what fast playback passes over while it looks smooth", () => {
    const { quality, clock } = watched();
    play(quality, clock, 5, 17, 7);
    expect(quality.scale).toBe(1);
  });

  it("tries more lines again after a while", () => {
    const { quality, clock } = watched();
    play(quality, clock, 1, 200, 4);
    quality.begin("playback");
    expect(quality.scale).toBe(0.5);
    clock.now += 11_000;
    quality.begin("playback");
    expect(quality.scale).toBe(1);
  });
});
