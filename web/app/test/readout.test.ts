import { describe, expect, it } from "vitest";
import { clockOf, frameMeant, placeOf, unitsOf } from "../src/logic/readout";

const NTSC = [30000, 1001] as const;

/** A clip of a constant rate. */
function clip(count: number, rate: readonly [number, number], label: string | null = null) {
  const ticks = Array.from({ length: count }, (_, frame) => frame * rate[1]);
  return clockOf({ ticks, endTick: count * rate[1], timescale: rate[0], rate }, label);
}

describe("the read-out", () => {
  it("has the source's timecode only where there is one", () => {
    expect(unitsOf(clip(10, [25, 1]))).toEqual(["time", "frames", "seconds"]);
    expect(unitsOf(clip(10, [25, 1], "10:00:00:20"))[0]).toBe("source");
  });

  it.each([
    ["01:00:00:00", 40, [25, 1], "01:00:01:15"],
    ["09:59:59:23", 1, [24000, 1001], "10:00:00:00"],
    ["23:59:59:29", 1, [30, 1], "00:00:00:00"],
    ["00:00:59;29", 1, NTSC, "00:01:00;02"],
    ["00:01:59;29", 1, NTSC, "00:02:00;02"],
    ["00:09:59;29", 1, NTSC, "00:10:00;00"],
    ["00:00:00;00", 17982, NTSC, "00:10:00;00"],
    ["00:00:59;59", 1, [60000, 1001], "00:01:00;04"],
    ["00:00:00:119", 1, [120, 1], "00:00:01:000"],
  ] as const)("counts on from %s by %i", (label, frame, rate, told) => {
    expect(placeOf(clip(frame + 1, rate, label), "source", frame)).toBe(told);
  });

  it("means by what it shows the frame that it shows it for, in every unit", () => {
    const clock = clip(4000, NTSC, "00:00:58;00");
    const units = unitsOf(clock);
    for (let frame = 0; frame < 4000; frame += 7) {
      for (const unit of units) {
        expect(frameMeant(clock, unit, placeOf(clock, unit, frame), 0)).toBe(frame);
      }
    }
  });

  it("does so where frames last differently long", () => {
    const ticks = Array.from({ length: 50 }, (_, frame) => frame * 40 + (frame % 3) * 7);
    const clock = clockOf({ ticks, endTick: 2000, timescale: 1000, rate: [25, 1] }, "10:00:00:00");
    for (const unit of unitsOf(clock)) {
      expect(frameMeant(clock, unit, placeOf(clock, unit, 31), 0)).toBe(31);
    }
  });

  it("takes frame numbers, parts of a timecode, seconds and steps", () => {
    const clock = clip(2000, [25, 1], "10:00:00:00");
    expect(frameMeant(clock, "source", "120", 0)).toBe(120);
    expect(frameMeant(clock, "time", "3:05", 0)).toBe(80);
    expect(frameMeant(clock, "source", "3:05", 1505)).toBe(1580);
    expect(frameMeant(clock, "time", "1:00:05", 0)).toBe(1505);
    expect(frameMeant(clock, "time", "10:00:02:00", 0)).toBe(50);
    expect(frameMeant(clock, "frames", "2.5", 0)).toBe(62);
    expect(frameMeant(clock, "seconds", "4", 0)).toBe(100);
    expect(frameMeant(clock, "time", "00:00:04.000", 0)).toBe(100);
    expect(frameMeant(clock, "time", "+10", 30)).toBe(40);
    expect(frameMeant(clock, "time", "-10", 30)).toBe(20);
  });

  it("means nothing by what is not in the clip", () => {
    const clock = clip(100, [25, 1], "10:00:00:00");
    for (const text of ["100", "-1", "09:59:59:24", "10:00:04:00", "1:25", "soon", "", "9.9"]) {
      expect(frameMeant(clock, "source", text, 0)).toBeNull();
    }
  });
});
