/** Keyframe masks as pixels: from a PNG or an ImageBitmap, exactly, off the GPU. */

import type { MaskPixels } from "./types";

/**
 * Reads an opaque grey bitmap back as a mask.
 *
 * The bitmap must have been made without colour conversion; grey then has R = G = B = the
 * picture's own value.
 */
export function maskOfBitmap(bitmap: ImageBitmap): MaskPixels {
  const { width, height } = bitmap;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("The mask could not be read: the browser offers no 2D canvas.");
  context.drawImage(bitmap, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = rgba[i * 4] ?? 0;
  return { width, height, data };
}

/**
 * Fetches a keyframe's mask (`project.objects[].keyframes[].mask`).
 *
 * @throws Error with a sentence when the server refuses or the file is no mask.
 */
export async function fetchMask(url: string, init?: RequestInit): Promise<MaskPixels> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`The mask ${url} could not be fetched: ${response.status}.`);
  return maskOfPng(new Uint8Array(await response.arrayBuffer()));
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Reads a PNG as the protocol has it: 8-bit grey, not interlaced. Browsers decode such a file to
 * four channels, to be read back through a canvas; this takes its bytes as they are.
 *
 * @throws Error with a sentence for any other file.
 */
export async function maskOfPng(png: Uint8Array): Promise<MaskPixels> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const isPng = png.length > 33 && SIGNATURE.every((byte, i) => png[i] === byte);
  // Bit depth 8, grey, deflate, the adaptive filters, no interlace.
  if (!isPng || view.getUint32(24) !== 0x08_00_00_00 || png[28] !== 0) {
    throw new Error("The mask is not an 8-bit grey PNG.");
  }
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const raw = await inflate(imageData(png, view));
  if (raw.length !== (width + 1) * height) throw new Error("The mask's PNG is not complete.");
  return { width, height, data: unfilter(raw, width, height) };
}

/** The contents of the IDAT chunks. */
function imageData(png: Uint8Array, view: DataView): Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = SIGNATURE.length; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x49_44_41_54) parts.push(png.slice(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return parts;
}

async function inflate(parts: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  const { readable, writable } = new DecompressionStream("deflate");
  const writer = writable.getWriter();
  // What is wrong with the data is told by the other end.
  const written = parts.map((part) => writer.write(part));
  void Promise.allSettled([...written, writer.close()]);
  return new Uint8Array(await new Response(readable).arrayBuffer());
}

/** Undoes PNG's filters: each row of `raw` is a filter's number and what it left of the pixels. */
function unfilter(raw: Uint8Array, width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const source = row * (width + 1);
    const target = row * width;
    const filter = raw[source];
    const line = raw.subarray(source + 1, source + 1 + width);
    if (filter === 0) data.set(line, target);
    else if (filter === 1) addLeft(data, target, line);
    else if (filter === 2) addAbove(data, target, line, width, row > 0);
    else addGuess(data, target, line, width, row > 0, filter === 3 ? mean : paeth);
  }
  return data;
}

function addLeft(data: Uint8Array, target: number, line: Uint8Array): void {
  let left = 0;
  for (let i = 0; i < line.length; i++) {
    left = ((line[i] ?? 0) + left) & 255;
    data[target + i] = left;
  }
}

function addAbove(
  data: Uint8Array,
  target: number,
  line: Uint8Array,
  width: number,
  hasAbove: boolean,
): void {
  data.set(line, target);
  if (!hasAbove) return;
  for (let i = target; i < target + width; i++) data[i] = (data[i] ?? 0) + (data[i - width] ?? 0);
}

type Guess = (left: number, above: number, corner: number) => number;

function addGuess(
  data: Uint8Array,
  target: number,
  line: Uint8Array,
  width: number,
  hasAbove: boolean,
  guess: Guess,
): void {
  let left = 0;
  let corner = 0;
  for (let i = 0; i < width; i++) {
    const above = hasAbove ? (data[target + i - width] ?? 0) : 0;
    left = ((line[i] ?? 0) + guess(left, above, corner)) & 255;
    data[target + i] = left;
    corner = above;
  }
}

const mean: Guess = (left, above) => (left + above) >> 1;

const paeth: Guess = (left, above, corner) => {
  const guess = left + above - corner;
  const a = Math.abs(guess - left);
  const b = Math.abs(guess - above);
  const c = Math.abs(guess - corner);
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
};
