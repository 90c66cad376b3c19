/**
 * Despill's programs: box sums in whole numbers, then the foreground's colour, twice (Forte, ICIP 2021).
 * docs/decisions/edges.md is their arithmetic.
 */

/** Luma, or U and V of 4:2:0 at once. */
export type Part = "luma" | "chroma";
/** What is summed up at once, of two colours each. */
export type Channel = "luma" | "u" | "v";

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2DArray;
precision highp usampler2D;
uniform ivec2 last;
`;

/** A part's sample as a number, or two. */
const FORMS = {
  luma: { type: "float", whole: "uint", codes: "g" },
  chroma: { type: "vec2", whole: "uvec2", codes: "gb" },
} as const;

/** What stands for an estimate where there is no object to estimate from; estimates are at most 64 * 255. */
const NONE = 65535;

/** Where the estimates of a channel are: the object's colour, and what is behind it. */
const ESTIMATES = { luma: "rg", u: "rb", v: "ga" } as const;

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
  const taps = acrossOf(reach).map((at) => `  tap = texelFetch(samples, ${at}, 0);\n  ${add}`);
  return `${HEAD}uniform usampler2D samples;
out uvec4 sums;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uvec4 tap;
  sums = uvec4(0u);
${taps.join("\n")}
}`;
}

/** Sums over columns of those, and the first estimates, in 64ths of a code: of both colours. */
export function estimateFragment(part: Part, reach: number): string {
  const taps = downOf(reach).map((at) => {
    const row = `texelFetch(source, ${at}, 0)`;
    return part === "luma"
      ? `  sums += ${row}.rgb;`
      : `  row = ${row};\n  sums += row.rgb;\n  both += uvec2(row.a & 65535u, row.a >> 16);`;
  });
  const { type, whole, codes } = FORMS[part];
  return `${HEAD}uniform usampler2D source;
uniform usampler2D samples;
out ${part === "luma" ? "uvec2" : "uvec4"} estimates;
${unmixed(type)}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uvec4 own = texelFetch(samples, at, 0);
  uvec4 row;
  uvec3 sums = uvec3(0u);
  uvec2 both = uvec2(0u);
${taps.join("\n")}
  ${whole} products = ${part === "luma" ? "sums.g" : "sums.gb"};
  ${whole} total = ${part === "luma" ? "sums.b" : "both"};
  uint rest = ${fullOf(reach)}u - sums.r;
  ${type} object = ${type}(products) / float(max(sums.r, 1u));
  ${type} behind = rest == 0u ? object : ${type}(255u * total - products) / float(rest);
  ${type} colour = unmixed(${type}(own.${codes}), float(own.r) / 255.0, object, behind);
  ${whole} found = sums.r == 0u ? ${whole}(${NONE}) : ${whole}(floor(64.0 * colour + 0.5));
  estimates = ${part === "luma" ? "uvec2" : "uvec4"}(found, ${whole}(floor(64.0 * behind + 0.5)));
}`;
}

/** Sums over a row of a channel's estimates: the object's weighted by the matte, the other by what is left, the matte. */
export function closeRowsFragment(channel: Channel, reach: number): string {
  const taps = acrossOf(reach).map(
    (at) => `  alpha = texelFetch(samples, ${at}, 0).r;
  pair = texelFetch(estimates, ${at}, 0).${ESTIMATES[channel]};
  sums += uvec4(alpha * pair.x, (255u - alpha) * pair.y, alpha, 0u);`,
  );
  return `${HEAD}uniform usampler2D samples;
uniform usampler2D estimates;
out uvec4 sums;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uint alpha;
  uvec2 pair;
  sums = uvec4(0u);
${taps.join("\n")}
}`;
}

/** Sums over columns of those, and the sample with the background's colours taken out. */
export function colourFragment(part: Part, reach: number, layers: number): string {
  const isLuma = part === "luma";
  const taps = downOf(reach).map((at) => {
    const add = `  sums += texelFetch(source, ${at}, 0).rgb;`;
    return isLuma ? add : `${add}\n  more += texelFetch(others, ${at}, 0).rg;`;
  });
  const { type, whole, codes } = FORMS[part];
  const [ours, theirs] = isLuma ? ["sums.r", "sums.g"] : ["uvec2(sums.r, more.r)", "uvec2(sums.g, more.g)"];
  return `${HEAD}uniform usampler2D source;
uniform usampler2D others;
uniform usampler2D samples;
uniform usampler2D estimates;
uniform sampler2DArray mattes;
uniform int first;
uniform ivec2 end;  // the mattes' last pixel
uniform float despills[${layers}];
out ${type} code;
${unmixed(type)}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uvec4 own = texelFetch(samples, at, 0);
  ivec2 corner = min(${isLuma ? "at" : "2 * at"}, end);
  float despill = 0.0, most = -1.0, share;
${Array.from({ length: layers }, (_, i) => strongest(i)).join("\n")}
  uvec3 sums = uvec3(0u);
  uvec2 more = uvec2(0u);
${taps.join("\n")}
  uint rest = ${fullOf(reach)}u - sums.b;
  ${whole} found = texelFetch(estimates, at, 0).${isLuma ? "r" : "rg"};
  ${type} object = (sums.b == 0u ? ${type}(found) : ${type}(${ours}) / float(sums.b)) / 64.0;
  ${type} behind = rest == 0u ? object : ${type}(${theirs}) / float(rest) / 64.0;
  ${type} sampled = ${type}(own.${codes});
  ${type} colour = unmixed(sampled, float(own.r) / 255.0, object, behind);
  ${type} changed = floor(sampled + despill * (colour - sampled) + 0.5);
  code = (found${isLuma ? "" : ".r"} == ${NONE}u ? sampled : changed) / 255.0;
}`;
}

/** The object's colour where a sample shows it and what is behind it mixed. */
function unmixed(type: string): string {
  return `${type} unmixed(${type} sampled, float alpha, ${type} object, ${type} behind) {
  return clamp(object + alpha * (sampled - alpha * object - (1.0 - alpha) * behind), 0.0, 255.0);
}`;
}

/** The sum of a full matte over a box. */
function fullOf(reach: number): number {
  return 255 * (2 * reach + 1) ** 2;
}

/** The pixels of a row that a box reaches, the border repeated. */
function acrossOf(reach: number): string[] {
  return stepsOf(reach, "x").map((x) => `ivec2(${x}, at.y)`);
}

/** Those of a column. */
function downOf(reach: number): string[] {
  return stepsOf(reach, "y").map((y) => `ivec2(at.x, ${y})`);
}

function stepsOf(reach: number, axis: "x" | "y"): string[] {
  return Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const step = i - reach;
    return step > 0 ? `min(at.${axis} + ${step}, last.${axis})` : `max(at.${axis} - ${-step}, 0)`;
  });
}

function strongest(i: number): string {
  return `  share = texelFetch(mattes, ivec3(corner, first + ${i}), 0).r;
  if (share > most) { most = share; despill = despills[${i}]; }`;
}
