/**
 * Where the picture lies on the canvas: the one place that knows, used by the shader's uniforms
 * and by the page's clicks alike. Lengths in any unit, as long as it is one unit.
 */

import type { ViewTransform } from "./types";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The picture's top left corner and scale on the canvas. */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

export const FIT: ViewTransform = { zoom: 1, centerX: 0.5, centerY: 0.5 };

/** Fits `picture` into `canvas` (zoom 1), with the transform's centre mid canvas. */
export function place(canvas: Size, picture: Size, transform: ViewTransform): Placement {
  const fit = Math.min(canvas.width / picture.width, canvas.height / picture.height);
  const scale = fit * transform.zoom;
  return {
    left: canvas.width / 2 - transform.centerX * picture.width * scale,
    top: canvas.height / 2 - transform.centerY * picture.height * scale,
    scale,
  };
}

/** The picture's point (0..1, outside it beyond) under a canvas point. */
export function toPicture(placement: Placement, picture: Size, x: number, y: number): [number, number] {
  return [
    (x - placement.left) / (picture.width * placement.scale),
    (y - placement.top) / (picture.height * placement.scale),
  ];
}

/** The canvas point of a picture's point (0..1). */
export function toCanvas(placement: Placement, picture: Size, x: number, y: number): [number, number] {
  return [
    placement.left + x * picture.width * placement.scale,
    placement.top + y * picture.height * placement.scale,
  ];
}
