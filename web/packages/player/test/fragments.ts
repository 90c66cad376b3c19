/** Media segments for tests of what reads them, written by mediabunny: another hand than the one that reads. */

import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output } from "mediabunny";

export const TIMESCALE = 24000;
const DURATIONS = [1000, 1000, 1500, 1000, 2500, 1000, 1000];
export const TICKS = DURATIONS.map((_, i) => DURATIONS.slice(0, i).reduce((sum, one) => sum + one, 0));

export function payload(i: number): Uint8Array {
  return Uint8Array.from({ length: 40 + 7 * i }, (_, byte) => (byte * 31 + i) & 255);
}

/** A clip with a fragment for each sync frame: as a file, and cut into its initialisation segment and its media. */
export async function written(
  isSync = (frame: number): boolean => frame === 0 || frame === 4,
): Promise<{ file: Uint8Array; init: Uint8Array; media: Uint8Array }> {
  const target = new BufferTarget();
  const output = new Output({
    format: new Mp4OutputFormat({ fastStart: "fragmented", minimumFragmentDuration: 0.02 }),
    target,
  });
  const source = new EncodedVideoPacketSource("vp9");
  output.addVideoTrack(source, { frameRate: TIMESCALE });
  await output.start();
  for (const [i, ticks] of TICKS.entries()) {
    const packet = new EncodedPacket(
      payload(i),
      isSync(i) ? "key" : "delta",
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
