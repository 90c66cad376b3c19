import { describe, expect, it } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatRate,
  formatFrames,
  formatRemaining,
  formatTimecode,
  isConstantRate,
  type Timing,
} from "../src/logic/timecode";

function timing(count: number, rate: readonly [number, number], jitter = 0): Timing {
  const timescale = rate[0];
  const ticks = Array.from({ length: count }, (_, i) => i * rate[1] + (i % 2) * jitter);
  return { ticks, endTick: count * rate[1], timescale, rate };
}

describe("timecode", () => {
  it("counts frames within the second where the rate is constant", () => {
    const clip = timing(200, [24000, 1001]);
    expect(isConstantRate(clip)).toBe(true);
    expect(formatTimecode(clip, 0, true)).toBe("00:00:00:00");
    expect(formatTimecode(clip, 23, true)).toBe("00:00:00:23");
    expect(formatTimecode(clip, 24, true)).toBe("00:00:01:00");
    expect(formatTimecode(clip, 24 * 3661 + 5, true)).toBe("01:01:01:05");
  });

  it("tells milliseconds from the frame table where frames last differently long", () => {
    const clip = timing(10, [25, 1], 0.4);
    const varied = { ...clip, ticks: [0, 1, 5, 6, 7, 8, 9, 10, 11, 12] };
    expect(isConstantRate(varied)).toBe(false);
    expect(formatTimecode(varied, 2, false)).toBe("00:00:00.200");
  });

  it("accepts ticks that are rounded to the timescale", () => {
    const ticks = Array.from({ length: 90 }, (_, i) => Math.round((i * 1000) / 30));
    expect(isConstantRate({ ticks, endTick: 3000, timescale: 1000, rate: [30, 1] })).toBe(true);
  });
});

describe("words for people", () => {
  it("writes lengths, rates, sizes and time left", () => {
    expect(formatDuration(7.4)).toBe("0:07");
    expect(formatDuration(3723)).toBe("1:02:03");
    expect(formatRate([24000, 1001])).toBe("23.976");
    expect(formatRate([25, 1])).toBe("25");
    expect(formatBytes(999)).toBe("999 B");
    expect(formatBytes(12_300_000)).toBe("12.3 MB");
    expect([0, 1, 2].map(formatFrames)).toEqual(["0 frames", "1 frame", "2 frames"]);
    expect(formatRemaining(1)).toBe("a few seconds");
    expect(formatRemaining(40)).toBe("40 s");
    expect(formatRemaining(125)).toBe("3 min");
  });
});

describe("how long ago", () => {
  it.each([
    [20_000, "just now"],
    [5 * 60_000, "5 min ago"],
    [3 * 3_600_000, "3 h ago"],
    [30 * 3_600_000, "yesterday"],
    [3 * 86_400_000, "3 days ago"],
    [30 * 86_400_000, "24 Oct 2026"],
  ])("tells %d milliseconds as %s", (since, told) => {
    const now = Date.parse("2026-11-23T12:00:00Z");
    expect(formatAgo(new Date(now - since).toISOString(), now)).toBe(told);
  });
});
