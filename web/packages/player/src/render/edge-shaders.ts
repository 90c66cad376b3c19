/** The edge stage's programs. Each pass has its own text, written out: software graphics is slow at loops. */

import type { Blur, Direction, Pass, Spread } from "./edge";

/** Corners of tiles to where they lie on a target. */
export const TILE_VERTEX = `#version 300 es
layout(location = 0) in vec2 corner;  // tiles
uniform float tile;                   // pixels of the target along a tile's side
uniform vec2 size;                    // of the target
void main() {
  gl_Position = vec4(min(corner * tile, size) / size * 2.0 - 1.0, 0.0, 1.0);
}`;

/** The sampler's texture units and what they hold are the renderer's; `last` is the last pixel. */
const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2DArray;
precision highp usampler2D;
uniform ivec2 last;
`;

/** A pass's text; its last step, if it is the last one, is to become the matte's code. */
export function edgeFragment(pass: Pass, isLast: boolean): string {
  const [target, result] = isLast
    ? ["out vec4 code;", "code = vec4(float((value + 128u) / 257u) / 255.0);"]
    : ["out uint code;", "code = value;"];
  return `${HEAD}${target}
${textOf(pass)}
  ${result}
}`;
}

/** Values as they are, for where the last pass may not write what the first one reads. */
export const FINISH = `${HEAD}uniform usampler2D source;
out vec4 code;
void main() {
  code = vec4(float((texelFetch(source, ivec2(gl_FragCoord.xy), 0).r + 128u) / 257u) / 255.0);
}`;

function textOf(pass: Pass): string {
  if (pass.kind === "clip") return CLIP;
  return pass.kind === "blur" ? blurText(pass) : spreadText(pass);
}

const CLIP = `
uniform sampler2DArray mattes;
uniform int layer;
uniform uvec2 ends;  // black and white
void main() {
  float share = texelFetch(mattes, ivec3(gl_FragCoord.xy, layer), 0).r;
  uint span = ends.y - ends.x;
  uint x = clamp(257u * uint(share * 255.0 + 0.5), ends.x, ends.y) - ends.x;
  uint value = (65535u * x + span / 2u) / span;`;

function blurText({ along, weights, gain }: Blur): string {
  const sides = weights.slice(1).map((_, i) => `  sum += weights[${i + 1}] * (${tap(along, i + 1)} + ${tap(along, -i - 1)});`);
  const slope = `
  int raised = 32768 + (((int(value) - 32768) * gain + 128) >> 8);
  value = uint(clamp(raised, 0, 65535));`;
  return `
uniform usampler2D source;
uniform uint weights[${weights.length}];
uniform int gain;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uint sum = 32768u + weights[0] * texelFetch(source, at, 0).r;
${sides.join("\n")}
  uint value = sum >> 16;${gain === null ? "" : slope}`;
}

function spreadText({ along, steps, fraction, invertsFirst, invertsLast }: Spread): string {
  const value = (step: number) => (invertsFirst ? `(65535u - ${tap(along, step)})` : tap(along, step));
  const lines = [`  uint value = ${value(0)};`];
  for (const side of [1, -1]) {
    if (fraction === 0) lines.push(...wholes(1, steps, side, value));
    else {
      lines.push(...wholes(1, steps - 1, side, value));
      const from = steps === 0 ? "centre" : "inner";
      lines.push(`  inner = ${steps === 0 ? "centre" : value(side * steps)};`);
      lines.push(`  value = max(value, max(inner, (${from} * (256u - part) + ${value(side * (steps + 1))} * part + 128u) >> 8));`);
    }
  }
  return `
uniform usampler2D source;
uniform uint part;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uint inner;
${[lines[0], "  uint centre = value;", ...lines.slice(1)].join("\n")}${invertsLast ? "\n  value = 65535u - value;" : ""}`;
}

function wholes(from: number, to: number, side: number, value: (step: number) => string): string[] {
  const steps = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => side * (from + i));
  return steps.map((step) => `  value = max(value, ${value(step)});`);
}

/** The value some steps along; beyond the picture its border is repeated. */
function tap({ x, y }: Direction, steps: number): string {
  const axis = (name: string, by: number) => {
    if (by === 0) return `at.${name}`;
    return by > 0 ? `min(at.${name} + ${by}, last.${name})` : `max(at.${name} - ${-by}, 0)`;
  };
  return `texelFetch(source, ivec2(${axis("x", x * steps)}, ${axis("y", y * steps)}), 0).r`;
}
