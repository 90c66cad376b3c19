import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Turns } from "../src/engine/turns";

/** Animation frames as the browser gives them: none while the page is hidden, the old ones later. */
let frames: (() => void)[] = [];

function refresh(): void {
  for (const frame of frames.splice(0)) frame();
}

beforeEach(() => {
  frames = [];
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => frames.push(run));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("turns", () => {
  it("come once, however often they are asked for", () => {
    const take = vi.fn();
    const turns = new Turns(take);
    turns.ask();
    turns.ask();
    refresh();
    refresh();
    expect(take).toHaveBeenCalledTimes(1);
  });

  it("come without the screen while the page is hidden", () => {
    const take = vi.fn();
    const turns = new Turns(take);
    turns.ask();
    turns.setHidden(true);
    vi.advanceTimersByTime(100);
    expect(take).toHaveBeenCalledTimes(1);
  });

  it("do not double when a page that asks in each turn was hidden and comes back", () => {
    let taken = 0;
    const turns: Turns = new Turns(() => {
      taken++;
      turns.ask();
    });
    turns.ask();
    for (let i = 0; i < 5; i++) {
      turns.setHidden(true);
      turns.setHidden(false);
    }
    refresh();
    taken = 0;
    refresh();
    vi.advanceTimersByTime(100);
    expect(taken).toBe(1);
  });

  it("end when they are closed", () => {
    const take = vi.fn();
    const turns = new Turns(take);
    turns.ask();
    turns.close();
    refresh();
    expect(take).not.toHaveBeenCalled();
  });
});
