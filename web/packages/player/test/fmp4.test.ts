import { BufferSource, EncodedPacketSink, Input, MP4 } from "mediabunny";
import { beforeAll, describe, expect, it } from "vitest";
import { readInit, readSegment, wholePairs, type Sample } from "../src/fmp4";
import { payload, TICKS, TIMESCALE, written } from "./fragments";

describe("wholePairs", () => {
  it("tells how much of a beginning can be read, wherever it is cut", async () => {
    const { init, media } = await written();
    const head = readInit(init);
    const all = readSegment(media, head);
    const ends = new Set<number>();
    for (let length = 0; length <= media.length; length++) {
      const end = wholePairs(media.subarray(0, length));
      expect(end).toBeLessThanOrEqual(length);
      if (end > 0 && !ends.has(end)) {
        const samples = readSegment(media.subarray(0, end), head);
        expect(samples).toEqual(all.slice(0, samples.length));
      }
      ends.add(end);
    }
    expect(ends.size).toBe(3);
    expect(readSegment(media.subarray(0, Math.max(...ends)), head)).toHaveLength(TICKS.length);
  });
});

describe("readSegment", () => {
  let made: Awaited<ReturnType<typeof written>>;
  let samples: Sample[];
  beforeAll(async () => {
    made = await written();
    samples = readSegment(made.media, readInit(made.init));
  });

  it("finds the payload of every sample over several fragments", () => {
    expect(samples.map(({ data }) => [...data])).toEqual(TICKS.map((_, i) => [...payload(i)]));
  });

  it("keeps times as integers and adds durations up", () => {
    const { timescale } = readInit(made.init);
    expect(samples.map(({ ticks }) => (ticks * TIMESCALE) / timescale)).toEqual(TICKS);
    expect(samples.every(({ ticks }) => Number.isInteger(ticks))).toBe(true);
  });

  it("agrees with mediabunny about every sample", async () => {
    const input = new Input({ source: new BufferSource(made.file.slice().buffer), formats: [MP4] });
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new Error("mediabunny finds no track");
    const { timescale } = readInit(made.init);
    const theirs = [];
    for await (const packet of new EncodedPacketSink(track).packets()) {
      theirs.push({ ticks: Math.round(packet.timestamp * timescale), sync: packet.type === "key", size: packet.data.length });
    }
    expect(samples.map(({ ticks, sync, data }) => ({ ticks, sync, size: data.length }))).toEqual(theirs);
  });

  it("refuses a segment that is cut off", () => {
    const init = readInit(made.init);
    expect(() => readSegment(made.media.subarray(0, made.media.length - 20), init)).toThrow("cut off");
    expect(() => readSegment(new Uint8Array(0), init)).toThrow("no sample");
  });
});
