import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { maskOfPng } from "../src/mask";

const WIDTH = 37;
const HEIGHT = 21;
const pixels = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * i + (i % WIDTH) * 7) & 255);

function chunk(name: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + body.length);
  new DataView(out.buffer).setUint32(0, body.length);
  out.set(new TextEncoder().encode(name), 4);
  out.set(body, 8);
  return out;
}

/** A PNG of the pixels with the given filter on every row, in two IDAT chunks. */
function png(filter: number, header: Partial<{ depth: number; color: number }> = {}): Uint8Array {
  const raw = new Uint8Array((WIDTH + 1) * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    raw[y * (WIDTH + 1)] = filter;
    for (let x = 0; x < WIDTH; x++) {
      const at = (dx: number, dy: number) =>
        x + dx < 0 || y + dy < 0 ? 0 : (pixels[(y + dy) * WIDTH + x + dx] ?? 0);
      const [left, above, corner] = [at(-1, 0), at(0, -1), at(-1, -1)];
      const nearest = [left, above, corner].sort(
        (a, b) => Math.abs(left + above - corner - a) - Math.abs(left + above - corner - b),
      )[0];
      const guess = [0, left, above, Math.floor((left + above) / 2), nearest ?? 0][filter] ?? 0;
      raw[y * (WIDTH + 1) + 1 + x] = at(0, 0) - guess;
    }
  }
  const packed = deflateSync(raw);
  const ihdr = new Uint8Array(13);
  new DataView(ihdr.buffer).setUint32(0, WIDTH);
  new DataView(ihdr.buffer).setUint32(4, HEIGHT);
  ihdr.set([header.depth ?? 8, header.color ?? 0, 0, 0, 0], 8);
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", ihdr),
    chunk("IDAT", packed.subarray(0, 40)),
    chunk("IDAT", packed.subarray(40)),
    chunk("IEND", new Uint8Array()),
  ];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe("masks", () => {
  it.each([0, 1, 2, 3, 4])("are read exactly from a PNG with filter %d", async (filter) => {
    const mask = await maskOfPng(png(filter));
    expect([mask.width, mask.height]).toEqual([WIDTH, HEIGHT]);
    expect(mask.data).toEqual(pixels);
  });

  it("are refused in any other form", async () => {
    await expect(maskOfPng(png(0, { color: 2 }))).rejects.toThrow("8-bit grey");
    await expect(maskOfPng(png(0, { depth: 16 }))).rejects.toThrow("8-bit grey");
    await expect(maskOfPng(new Uint8Array(100))).rejects.toThrow("8-bit grey");
    await expect(maskOfPng(png(0).subarray(0, 150))).rejects.toThrow();
  });
});
