/** The compositing programs: plate and mattes to one picture, in one pass. */

import type { View } from "../types";

/** Mattes drawn at once on each side of a wipe; further visible objects are left out. */
export const MAX_LAYERS = 16;

/** One triangle that covers the canvas; the fragments of the picture alone are let through. */
export const VERTEX = `#version 300 es
uniform vec2 canvas;        // drawing buffer, device pixels
uniform vec2 origin;        // the picture's top left corner on it
uniform vec2 extent;        // the picture's size on it
out vec2 at;                // place in the picture, 0..1
void main() {
  vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
  at = (vec2(corner.x, 1.0 - corner.y) * canvas - origin) / extent;
}`;

/**
 * What a program is made for. Each has its own, because software graphics, which many a server has,
 * runs every branch of a shader whether it is taken or not, and each turn of a loop is dear to it.
 */
export interface Variant {
  readonly view: View["kind"];
  readonly outline: boolean;
  readonly checkerboard: boolean;
  /** There is a line, with the other mattes left of it. */
  readonly wipe: boolean;
  /** The picture's pixels show as squares. */
  readonly squares: boolean;
  /** Mattes right of the wipe, and left of it, where none shows the plate. */
  readonly layers: number;
  readonly otherLayers: number;
  /** For pixels that no matte reaches: all mattes are zero there. */
  readonly bare: boolean;
}

export function fragment(variant: Variant): string {
  const right = composed(variant, 0, variant.layers);
  const left = composed(variant, variant.layers, variant.otherLayers);
  return `${HEAD}
// The middle of the picture's pixel that holds a place, where pixels show as squares.
vec2 spotOf(vec2 place) {
  return ${variant.squares ? "(floor(place * pixels) + 0.5) / pixels" : "place"};
}
${BODY}
void main() {
  vec3 picture = plateAt(at);
  ${variant.wipe ? `if (at.x < wipe) { ${left} } else { ${right} }` : right}
  color = vec4(picture, 1.0);
}`;
}

/** Statements that turn the plate in `picture` into the view of `count` mattes. */
function composed({ view, outline, checkerboard, bare }: Variant, first: number, count: number): string {
  const behind = checkerboard ? "board()" : "background";
  const layers = Array.from({ length: count }, (_, i) => first + i);
  if (count === 0 || view === "original") return "";
  if (bare) return { overlay: "", matte: "picture = vec3(0.0);", cutout: `picture = ${behind};` }[view];
  if (view === "overlay") {
    const edge = (i: number) => (outline ? `picture = mix(picture, tints[${i}], edgeAt(at, ${i}.0));` : "");
    return layers
      .map((i) => `picture = mix(picture, tints[${i}], opacity * matteAt(at, ${i}.0)); ${edge(i)}`)
      .join("\n  ");
  }
  const alpha = layers.map((i) => `matteAt(at, ${i}.0)`).reduce((most, matte) => `max(${most}, ${matte})`);
  if (view === "matte") return `picture = vec3(${alpha});`;
  return `picture = mix(${behind}, picture, ${alpha});`;
}

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision mediump sampler2DArray;

in vec2 at;
uniform vec2 canvas;
uniform vec2 extent;
uniform vec2 pixels;        // the picture's own size
uniform sampler2D luma;
uniform sampler2D chroma;   // U and V
uniform float chromaShift;  // chroma lies on the left one of its two luma samples
uniform mat3 matrix;        // Y'CbCr to R'G'B'
uniform vec3 offset;        // subtracted from Y'CbCr first
uniform sampler2DArray mattes;
uniform vec3 tints[${2 * MAX_LAYERS}];
uniform float opacity;
uniform vec3 background;
uniform float wipe;         // share of the picture's width
out vec4 color;
`;

const BODY = `
vec3 plateAt(vec2 place) {
  vec2 spot = spotOf(place);
  vec3 ycc = vec3(texture(luma, spot).r, texture(chroma, spot + vec2(chromaShift, 0.0)).rg);
  return clamp(matrix * (ycc - offset), 0.0, 1.0);
}

float matteAt(vec2 place, float layer) {
  return texture(mattes, vec3(spotOf(place), layer)).r;
}

// 1 along the matte's edge, about two device pixels wide.
float edgeAt(vec2 place, float layer) {
  vec2 pixel = 1.0 / extent;
  vec4 sides = vec4(
    matteAt(place - vec2(pixel.x, 0.0), layer), matteAt(place + vec2(pixel.x, 0.0), layer),
    matteAt(place - vec2(0.0, pixel.y), layer), matteAt(place + vec2(0.0, pixel.y), layer));
  vec2 low = min(sides.xy, sides.zw);
  vec2 high = max(sides.xy, sides.zw);
  return min(low.x, low.y) < 0.5 && max(high.x, high.y) >= 0.5 ? 1.0 : 0.0;
}

vec3 board() {
  vec2 cell = floor(vec2(gl_FragCoord.x, canvas.y - gl_FragCoord.y) / 12.0);
  return mod(cell.x + cell.y, 2.0) < 1.0 ? vec3(0.35) : vec3(0.5);
}
`;

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
