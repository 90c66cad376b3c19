/** Despill's programs: box sums in whole numbers, then the foreground's colour (Forte, ICIP 2021). */

/** Luma, or U and V of 4:2:0 at once. */
export type Part = "luma" | "chroma";

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2DArray;
precision highp usampler2D;
uniform ivec2 last;
`;

/** The matte before the edge stage beside the plane's codes. */
export function samplesFragment(part: Part): string {
  if (part === "luma") {
    return `${HEAD}uniform usampler2D source;
uniform sampler2D luma;
out uvec2 pair;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  pair = uvec2(texelFetch(source, at, 0).r, uint(texelFetch(luma, at, 0).r * 255.0 + 0.5));
}`;
  }
  return `${HEAD}uniform usampler2D source;
uniform sampler2D chroma;
uniform ivec2 end;  // the matte's last pixel
out uvec4 trio;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  ivec2 first = 2 * at;
  ivec2 second = min(first + 1, end);
  uint sum = texelFetch(source, first, 0).r + texelFetch(source, ivec2(second.x, first.y), 0).r
    + texelFetch(source, ivec2(first.x, second.y), 0).r + texelFetch(source, second, 0).r;
  trio = uvec4((sum + 2u) >> 2, uvec2(texelFetch(chroma, at, 0).rg * 255.0 + 0.5), 0u);
}`;
}

/** Sums over a row: of the matte, of its products with the codes, and of the codes. */
export function rowsFragment(part: Part, reach: number): string {
  // The sums of U and of V fit into half a number each.
  const add =
    part === "luma"
      ? "sums += uvec4(tap.r, tap.r * tap.g, tap.g, 0u);"
      : "sums += uvec4(tap.r, tap.r * tap.gb, tap.g | tap.b << 16);";
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const step = i - reach;
    const x = step > 0 ? `min(at.x + ${step}, last.x)` : `max(at.x - ${-step}, 0)`;
    return `  tap = texelFetch(samples, ivec2(${x}, at.y), 0);\n  ${add}`;
  });
  return `${HEAD}uniform usampler2D samples;
out uvec4 sums;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uvec4 tap;
  sums = uvec4(0u);
${taps.join("\n")}
}`;
}

/** Sums over columns of those, and the sample with the background's colours taken out. */
export function colourFragment(part: Part, reach: number, layers: number): string {
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const step = i - reach;
    const y = step > 0 ? `min(at.y + ${step}, last.y)` : `max(at.y - ${-step}, 0)`;
    const row = `texelFetch(source, ivec2(at.x, ${y}), 0)`;
    return part === "luma" ? `  sums += ${row}.rgb;` : `  row = ${row};\n  sums += row.rgb;\n  codes += uvec2(row.a & 65535u, row.a >> 16);`;
  });
  const count = (2 * reach + 1) ** 2;
  const [type, codes] = part === "luma" ? ["float", "g"] : ["vec2", "gb"];
  const whole = part === "luma" ? "uint" : "uvec2";
  return `${HEAD}uniform usampler2D source;
uniform usampler2D samples;
uniform sampler2DArray mattes;
uniform int first;
uniform ivec2 end;  // the mattes' last pixel
uniform float despills[${layers}];
out ${part === "luma" ? "float" : "vec2"} code;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uvec4 own = texelFetch(samples, at, 0);
  ivec2 corner = min(${part === "luma" ? "at" : "2 * at"}, end);
  float despill = 0.0, most = -1.0, share;
${Array.from({ length: layers }, (_, i) => strongest(i)).join("\n")}
  uvec4 row;
  uvec3 sums = uvec3(0u);
  uvec2 codes = uvec2(0u);
${taps.join("\n")}
  uint covered = sums.r;
  ${whole} products = ${part === "luma" ? "sums.g" : "sums.gb"};
  ${whole} total = ${part === "luma" ? "sums.b" : "codes"};
  ${type} sampled = ${type}(own.${codes});
  ${type} result = sampled;
  if (covered > 0u && despill > 0.0) {
    float alpha = float(own.r) / 255.0;
    ${type} object = ${type}(products) / float(covered);
    uint rest = ${255 * count}u - covered;
    ${type} behind = rest == 0u ? object : ${type}(255u * total - products) / float(rest);
    ${type} colour = clamp(object + alpha * (sampled - alpha * object - (1.0 - alpha) * behind), 0.0, 255.0);
    result = floor(sampled + despill * (colour - sampled) + 0.5);
  }
  code = result / 255.0;
}`;
}

function strongest(i: number): string {
  return `  share = texelFetch(mattes, ivec3(corner, first + ${i}), 0).r;
  if (share > most) { most = share; despill = despills[${i}]; }`;
}
