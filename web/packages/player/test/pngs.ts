/** PNG files as the server sends mattes. */

import { deflateSync } from "node:zlib";

function chunk(name: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + body.length);
  new DataView(out.buffer).setUint32(0, body.length);
  out.set(new TextEncoder().encode(name), 4);
  out.set(body, 8);
  return out;
}

/** A square PNG of one grey. */
export function grey(value: number, side: number): Buffer {
  const rows = new Uint8Array((side + 1) * side).map((_, i) => (i % (side + 1) === 0 ? 0 : value));
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, side);
  new DataView(header.buffer).setUint32(4, side);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", new Uint8Array())];
  return Buffer.concat([signature, ...parts]);
}
