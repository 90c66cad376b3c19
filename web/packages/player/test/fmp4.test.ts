import {
  BufferTarget,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  BufferSource,
  Input,
  Mp4OutputFormat,
  MP4,
  Output,
} from "mediabunny";
import { beforeAll, describe, expect, it } from "vitest";
import { readInit, readSegment, wholePairs, type Sample } from "../src/fmp4";

const TIMESCALE = 24000;
const DURATIONS = [1000, 1000, 1500, 1000, 2500, 1000, 1000];
const TICKS = DURATIONS.map((_, i) => DURATIONS.slice(0, i).reduce((sum, one) => sum + one, 0));

function payload(i: number): Uint8Array {
  return Uint8Array.from({ length: 40 + 7 * i }, (_, byte) => (byte * 31 + i) & 255);
}

/** Fragments written by mediabunny: another hand than the one that reads them here. */
async function written(): Promise<{ file: Uint8Array; init: Uint8Array; media: Uint8Array }> {
  const target = new BufferTarget();
  const output = new Output({
    format: new Mp4OutputFormat({ fastStart: "fragmented", minimumFragmentDuration: 0.1 }),
    target,
  });
  const source = new EncodedVideoPacketSource("vp9");
  output.addVideoTrack(source, { frameRate: TIMESCALE });
  await output.start();
  for (const [i, ticks] of TICKS.entries()) {
    const packet = new EncodedPacket(
      payload(i),
      i === 0 || i === 4 ? "key" : "delta",
      ticks / TIMESCALE,
      (DURATIONS[i] ?? 0) / TIMESCALE,
    );
    const meta = { decoderConfig: { codec: "vp09.00.10.08", codedWidth: 64, codedHeight: 32 } };
    await source.add(packet, meta);
  }
  await output.finalize();
  const file = new Uint8Array(target.buffer ?? new ArrayBuffer(0));
  const view = new DataView(file.buffer);
  let at = 0;
  while (String.fromCharCode(...file.subarray(at + 4, at + 8)) !== "moof") at += view.getUint32(at);
  return { file, init: file.subarray(0, at), media: file.subarray(at) };
}

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
