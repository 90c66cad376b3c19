/** The compositing programs: plate and mattes to one picture, in one pass. */

import type { View } from "../types";

/** Mattes drawn at once on each side of a wipe; further visible objects are left out. */
export const MAX_LAYERS = 16;

export const VERTEX = `#version 300 es
void main() {
  // One triangle that covers the canvas.
  vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

/**
 * What a program is made for. Each has its own, because software graphics, which many a server has,
 * runs every branch of a shader whether it is taken or not.
 */
export interface Variant {
  readonly view: View["kind"];
  readonly outline: boolean;
  /** Mattes right of the wipe, and left of it, where none shows the plate. */
  readonly layers: number;
  readonly otherLayers: number;
}

export function fragment({ view, outline, layers, otherLayers }: Variant): string {
  return `#version 300 es
#define ${view.toUpperCase()}
#define OUTLINE ${Number(outline)}
#define LAYERS ${layers}
#define OTHERS ${otherLayers}
${BODY}`;
}

const BODY = `
precision highp float;
precision highp int;
precision mediump sampler2DArray;

uniform vec2 canvas;        // drawing buffer, device pixels
uniform vec2 origin;        // the picture's top left corner on it
uniform vec2 extent;        // the picture's size on it
uniform vec2 pixels;        // the picture's own size
uniform bool squares;       // its pixels show as such
uniform sampler2D planeY;
uniform sampler2D planeU;
uniform sampler2D planeV;
uniform float chromaShift;  // chroma lies on the left one of its two luma samples
uniform mat3 matrix;        // Y'CbCr to R'G'B'
uniform vec3 offset;        // subtracted from Y'CbCr first
uniform sampler2DArray mattes;
uniform vec3 tints[${2 * MAX_LAYERS}];
uniform float opacity;
uniform bool checkerboard;
uniform vec3 background;
uniform float wipe;         // share of the picture's width
out vec4 color;

// The middle of the picture's pixel that holds a place, where pixels show as squares.
vec2 spotOf(vec2 at) {
  return squares ? (floor(at * pixels) + 0.5) / pixels : at;
}

vec3 plateAt(vec2 place) {
  vec2 at = spotOf(place);
  vec2 sited = at + vec2(chromaShift, 0.0);
  vec3 ycc = vec3(texture(planeY, at).r, texture(planeU, sited).r, texture(planeV, sited).r);
  return clamp(matrix * (ycc - offset), 0.0, 1.0);
}

float matteAt(vec2 at, int layer) {
  return texture(mattes, vec3(spotOf(at), float(layer))).r;
}

// 1 along the matte's edge, about two device pixels wide.
float edgeAt(vec2 at, int layer) {
  vec2 pixel = 1.0 / extent;
  float low = 1.0;
  float high = 0.0;
  for (int i = 0; i < 4; i++) {
    vec2 side = vec2(i < 2 ? (i * 2 - 1) : 0, i < 2 ? 0 : ((i - 2) * 2 - 1));
    float m = matteAt(at + side * pixel, layer);
    low = min(low, m);
    high = max(high, m);
  }
  return low < 0.5 && high >= 0.5 ? 1.0 : 0.0;
}

vec3 board(vec2 at) {
  vec2 cell = floor(at / 12.0);
  return mod(cell.x + cell.y, 2.0) < 1.0 ? vec3(0.35) : vec3(0.5);
}

// The view of the layers from first to before last.
vec3 composed(vec3 picture, vec2 at, vec2 device, int first, int last) {
  float alpha = 0.0;
  for (int i = first; i < last; i++) {
    float matte = matteAt(at, i);
    alpha = max(alpha, matte);
#ifdef OVERLAY
    picture = mix(picture, tints[i], opacity * matte);
#if OUTLINE
    picture = mix(picture, tints[i], edgeAt(at, i));
#endif
#endif
  }
#ifdef CUTOUT
  return mix(checkerboard ? board(device) : background, picture, alpha);
#elif defined(MATTE)
  return vec3(alpha);
#else
  return picture;
#endif
}

void main() {
  vec2 device = vec2(gl_FragCoord.x, canvas.y - gl_FragCoord.y);
  vec2 at = (device - origin) / extent;
  if (any(lessThan(at, vec2(0.0))) || any(greaterThanEqual(at, vec2(1.0)))) {
    color = vec4(0.0);
    return;
  }
  vec3 picture = plateAt(at);
#ifndef ORIGINAL
  if (at.x < wipe) {
#if OTHERS > 0
    picture = composed(picture, at, device, LAYERS, LAYERS + OTHERS);
#endif
  } else {
#if LAYERS > 0
    picture = composed(picture, at, device, 0, LAYERS);
#endif
  }
#endif
  color = vec4(picture, 1.0);
}`;

/** Y'CbCr to R'G'B' as a column-major matrix and the offset that goes before it. */
export function conversion(
  matrix: "bt709" | "bt601",
  range: "limited" | "full",
): { matrix: Float32Array; offset: Float32Array } {
  const [kr, kb] = matrix === "bt709" ? [0.2126, 0.0722] : [0.299, 0.114];
  const kg = 1 - kr - kb;
  const limited = range === "limited";
  const luma = limited ? 255 / 219 : 1;
  const chroma = limited ? 255 / 224 : 1;
  const red = 2 * (1 - kr) * chroma;
  const blue = 2 * (1 - kb) * chroma;
  return {
    matrix: new Float32Array([
      luma, luma, luma,
      0, (-blue * kb) / kg, blue,
      red, (-red * kr) / kg, 0,
    ]),
    offset: new Float32Array([limited ? 16 / 255 : 0, 128 / 255, 128 / 255]),
  };
}
