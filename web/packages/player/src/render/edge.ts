/** The edge stage as passes over a matte's plane: the arithmetic of docs/decisions/edges.md, as numbers. */

import type { Edge } from "../types";

/** Values are whole numbers of 16 bits. */
const FULL = 65535;
/** Of a Gaussian's sigma: how far it reaches. */
const REACH = 2.5;
/** A disc as an octagon, as wide on average: its radius, and the half lengths of the segments that make it up. */
const OCTAGON = 0.948;
const STRAIGHT = 0.4142;
const DIAGONAL = 0.2929;

export const NEUTRAL: Edge = { clip_black: 0, clip_white: 1, smooth: 0, grow: 0, feather: 0, despill: 0 };

/** From a pixel to the next one along a pass. */
export interface Direction {
  readonly x: 0 | 1;
  readonly y: -1 | 0 | 1;
}

const ROWS: Direction = { x: 1, y: 0 };
const COLUMNS: Direction = { x: 0, y: 1 };
const SEGMENTS = [
  { along: ROWS, share: STRAIGHT },
  { along: COLUMNS, share: STRAIGHT },
  { along: { x: 1, y: 1 }, share: DIAGONAL },
  { along: { x: 1, y: -1 }, share: DIAGONAL },
] as const;

/** From the codes to values between black and white. */
export interface Clip {
  readonly kind: "clip";
  readonly black: number;
  readonly white: number;
}

/** Weighted sums along a direction. */
export interface Blur {
  readonly kind: "blur";
  readonly along: Direction;
  /** Of the pixel itself, and of those at each distance; they make 65536 in all. */
  readonly weights: readonly number[];
  /** In 256ths, what the slope through one half is multiplied by afterwards; null: not at all. */
  readonly gain: number | null;
}

/** The largest value along a segment through each pixel. */
export interface Spread {
  readonly kind: "spread";
  readonly along: Direction;
  /** Whole steps to either side, */
  readonly steps: number;
  /** and in 256ths the part of one more. */
  readonly fraction: number;
  /** Whether full minus the value is taken before, and after. */
  readonly invertsFirst: boolean;
  readonly invertsLast: boolean;
}

export type Pass = Clip | Blur | Spread;

/** How far a value looks, in pixels. */
export interface Reach {
  readonly x: number;
  readonly y: number;
}

/** The passes that an edge takes, the codes' becoming values first; none where mattes stay as they are. */
export function passesOf(edge: Edge): readonly Pass[] {
  const { clip_black: black, clip_white: white, smooth, grow, feather } = edge;
  const further = [...smoothing(smooth), ...growing(grow), ...blurring(feather / 2, null)];
  if (black <= 0 && white >= 1 && further.length === 0) return [];
  return [{ kind: "clip", black: Math.round(FULL * black), white: Math.round(FULL * white) }, ...further];
}

export function reachOf(pass: Pass): Reach {
  if (pass.kind === "clip") return { x: 0, y: 0 };
  const length = pass.kind === "blur" ? pass.weights.length - 1 : pass.steps + Math.sign(pass.fraction);
  return { x: length * pass.along.x, y: length * Math.abs(pass.along.y) };
}

/** How far one pass after the other looks. */
export function totalReach(passes: readonly Pass[]): Reach {
  const reaches = passes.map(reachOf);
  return { x: reaches.reduce((sum, { x }) => sum + x, 0), y: reaches.reduce((sum, { y }) => sum + y, 0) };
}

/** How far despill's boxes reach. */
export interface DespillReach {
  /** Of the first estimate. */
  readonly wide: number;
  /** Of the second one, from what the first one found. */
  readonly close: number;
}

/** A wide box is summed in 32 bits: of 257 x 257 pixels, each at most 255 x 255. */
const FARTHEST = 128;

/** In luma: the largest of the objects decides. */
export function despillReach(edges: readonly Edge[], height: number): DespillReach {
  const needed = edges.map(({ grow, feather }) => Math.ceil(grow + 1.25 * feather));
  const wide = Math.min(FARTHEST, Math.max(Math.ceil(height / 48), ...needed));
  return { wide, close: Math.ceil(height / 180) };
}

/** Equal for edges that make the same mattes. */
export function coverageKey({ clip_black, clip_white, smooth, grow, feather }: Edge): string {
  return [clip_black, clip_white, smooth, grow, feather].join();
}

function smoothing(sigma: number): readonly Blur[] {
  return blurring(sigma, Math.round(256 * Math.sqrt(1 + 2 * Math.PI * sigma ** 2)));
}

/** Rows, then columns; the gain goes with the last. */
function blurring(sigma: number, gain: number | null): readonly Blur[] {
  if (sigma <= 0) return [];
  const weights = weightsOf(sigma);
  return [
    { kind: "blur", along: ROWS, weights, gain: null },
    { kind: "blur", along: COLUMNS, weights, gain },
  ];
}

export function weightsOf(sigma: number): readonly number[] {
  const bell = Array.from({ length: Math.ceil(REACH * sigma) }, (_, i) => Math.exp(-((i + 1) ** 2) / (2 * sigma ** 2)));
  const total = 1 + 2 * bell.reduce((sum, value) => sum + value, 0);
  const sides = bell.map((value) => Math.round((65536 * value) / total));
  return [65536 - 2 * sides.reduce((sum, value) => sum + value, 0), ...sides];
}

function growing(radius: number): readonly Spread[] {
  const lengths = SEGMENTS.map(({ along, share }) => ({ along, length: share * OCTAGON * Math.abs(radius) }));
  const segments = lengths.map(({ along, length }) => {
    const steps = Math.floor(length);
    return { kind: "spread", along, steps, fraction: Math.round(256 * (length - steps)) } as const;
  });
  const felt = segments.filter(({ steps, fraction }) => steps > 0 || fraction > 0);
  const last = felt.length - 1;
  return felt.map((segment, i) => ({
    ...segment,
    invertsFirst: radius < 0 && i === 0,
    invertsLast: radius < 0 && i === last,
  }));
}
