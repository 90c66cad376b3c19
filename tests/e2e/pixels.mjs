/** Reads the pixels that are really on the screen: PNG screenshots, taken apart with zlib only. */

import { inflateSync } from "node:zlib";

/** Samples per pixel by a PNG's colour type. */
const CHANNELS = { 0: 1, 2: 3, 6: 4 };

/** An 8-bit, non-interlaced grey or RGB(A) PNG as `{width, height, channels, data}`. */
export function decodePng(png) {
  let offset = 8;
  let header = null;
  const parts = [];
  while (offset < png.length) {
    const length = png.readUInt32BE(offset);
    const type = png.toString("latin1", offset + 4, offset + 8);
    const body = png.subarray(offset + 8, offset + 8 + length);
    if (type === "IHDR") header = body;
    if (type === "IDAT") parts.push(body);
    offset += 12 + length;
  }
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const channels = CHANNELS[header[9]];
  return { width, height, channels, data: unfilter(inflateSync(Buffer.concat(parts)), width, height, channels) };
}

function unfilter(raw, width, height, channels) {
  const stride = width * channels;
  const data = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row += 1) {
    const filter = raw[row * (stride + 1)];
    for (let i = 0; i < stride; i += 1) {
      const at = row * stride + i;
      const left = i >= channels ? data[at - channels] : 0;
      const up = row > 0 ? data[at - stride] : 0;
      const corner = row > 0 && i >= channels ? data[at - stride - channels] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      data[at] = raw[row * (stride + 1) + 1 + i] + guess;
    }
  }
  return data;
}

function paeth(left, up, corner) {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(estimate - value));
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** Mean colour of the square of `size` pixels around a point. */
export function meanColor(image, x, y, size = 7) {
  const sum = [0, 0, 0];
  const half = Math.floor(size / 2);
  for (let dy = -half; dy <= half; dy += 1) {
    for (let dx = -half; dx <= half; dx += 1) {
      const at = ((Math.round(y) + dy) * image.width + Math.round(x) + dx) * image.channels;
      for (let c = 0; c < 3; c += 1) sum[c] += image.data[at + c];
    }
  }
  return sum.map((value) => value / size ** 2);
}

/** Largest difference of two colours in any channel. */
export function distance(a, b) {
  return Math.max(...a.map((value, channel) => Math.abs(value - b[channel])));
}
