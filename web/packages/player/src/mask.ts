/** Keyframe masks as pixels: from a PNG's address or an ImageBitmap, exactly, off the GPU. */

import type { MaskPixels } from "./types";

/**
 * Reads an opaque grey bitmap back as a mask.
 *
 * The bitmap must have been made without colour conversion (see {@link fetchMask}); grey then has
 * R = G = B = the PNG's own value.
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
 * @throws Error with a sentence when the server refuses or the file is no image.
 */
export async function fetchMask(url: string, init?: RequestInit): Promise<MaskPixels> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`The mask ${url} could not be fetched: ${response.status}.`);
  const bitmap = await createImageBitmap(await response.blob(), {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
  try {
    return maskOfBitmap(bitmap);
  } finally {
    bitmap.close();
  }
}
