import { describe, expect, it } from "vitest";
import { OutputClock, type Reading } from "../src/sound/output-clock";
import { SoundTable } from "../src/sound/table";

/** Ten chunks of 1000 samples and one of 250; sound begins 40 samples after the picture. */
const RATE = 8000;
const table = new SoundTable({
  sample_rate: RATE,
  channels: 2,
  chunk_samples: 1000,
  chunk_count: 11,
  start_sample: 40,
  total_samples: 10250,
});

describe("SoundTable", () => {
  it("names the chunk that is heard, also before the first and after the last", () => {
    const heard = [-1, 0, 40 / RATE, 1039.4 / RATE, 1039.6 / RATE, 9e9].map((seconds) => table.chunkAt(seconds));
    expect(heard).toEqual([0, 0, 0, 0, 1, 10]);
  });

  it("lists the chunks of a stretch in order", () => {
    expect(table.chunksBetween(0, 0.3)).toEqual([0, 1, 2]);
    expect(table.chunksBetween(1.3, 60)).toEqual([10]);
  });

  it("puts chunks end to end, to the sample, however crooked the line begins", () => {
    const line = table.line(17.123456789, 0.3141592, 1);
    const first = table.chunkAt(line.seconds);
    const begun = table.place(first, line, 0);
    const inSamples = (seconds: number) => seconds * RATE;
    expect(inSamples(begun?.offset ?? NaN)).toBeCloseTo(Math.round(0.3141592 * RATE) - 40 - first * 1000, 6);
    let end = inSamples(line.contextTime) + 1000 - inSamples(begun?.offset ?? NaN);
    for (let chunk = first + 1; chunk <= 10; chunk++) {
      const piece = table.place(chunk, line, 0);
      expect(piece?.offset).toBe(0);
      expect(inSamples(piece?.when ?? NaN)).toBeCloseTo(end, 6);
      end += 1000;
    }
  });

  it("plays faster without losing time", () => {
    const line = table.line(5, 0, 2);
    const when = [0, 1, 10].map((chunk) => table.place(chunk, line, 0)?.when);
    expect(when).toEqual([5.0025, 5.065, 5.6275]);
  });

  it("joins a chunk in the middle when it comes late, and skips one that is over", () => {
    const line = table.line(5, 0, 1);
    const late = table.place(0, line, 5.1);
    expect(late?.when).toBe(5.1);
    expect(late?.offset).toBeCloseTo(0.1 - 40 / RATE, 9);
    expect(table.place(0, line, 6)).toBeNull();
    expect(table.place(10, line, 5 + 10291 / RATE)).toBeNull();
  });
});

/** A context that was at `currentTime` at `now` ms, heard 30 ms later. */
function reading(now: number, currentTime: number, over: Partial<Reading> = {}): Reading {
  return { now, currentTime, latency: 0.03, heard: null, ...over };
}

describe("OutputClock", () => {
  it("derives what is heard from the current time and the latency", () => {
    const clock = new OutputClock();
    clock.read(reading(1000, 0.5));
    expect(clock.heardAt(1000)).toBeCloseTo(0.47, 9);
    expect(clock.timeOf(1.47)).toBeCloseTo(2000, 6);
  });

  it("runs once the context's time goes on, and no longer when it stands still", () => {
    const clock = new OutputClock();
    clock.read(reading(1000, 0));
    expect(clock.isRunning).toBe(false);
    clock.read(reading(1100, 0.1));
    expect(clock.isRunning).toBe(true);
    clock.read(reading(1300, 0.1));
    expect(clock.isRunning).toBe(true);
    clock.read(reading(1700, 0.1));
    expect(clock.isRunning).toBe(false);
  });

  it("evens out readings that come in steps", () => {
    const clock = new OutputClock();
    // The current time goes on 20 ms at a time: up to that much too little is read.
    for (let now = 0; now <= 5000; now += 7) clock.read(reading(now, Math.floor(now / 20) * 0.02, { latency: 0 }));
    for (let now = 5000; now <= 6000; now += 7) {
      clock.read(reading(now, Math.floor(now / 20) * 0.02, { latency: 0 }));
      expect(Math.abs(clock.heardAt(now) - (now / 1000 - 0.01))).toBeLessThan(0.004);
    }
  });

  it("believes what the browser says is heard, unless that cannot be", () => {
    const clock = new OutputClock();
    clock.read(reading(1000, 0.5, { heard: { contextTime: 0.45, at: 990 } }));
    expect(clock.heardAt(1000)).toBeCloseTo(0.46, 9);
    const other = new OutputClock();
    other.read(reading(1000, 0.5, { heard: { contextTime: 0.01, at: 990 } }));
    expect(other.heardAt(1000)).toBeCloseTo(0.47, 9);
  });

  it("follows a jump after a moment, and no single outlier", () => {
    const clock = new OutputClock();
    for (let now = 0; now < 1000; now += 100) clock.read(reading(now, now / 1000));
    clock.read(reading(1000, 1.2));
    expect(clock.heardAt(1000)).toBeCloseTo(0.97, 6);
    for (let now = 1100; now < 1500; now += 100) clock.read(reading(now, now / 1000 - 0.4));
    expect(clock.heardAt(1500)).toBeCloseTo(1.07, 6);
  });
});
