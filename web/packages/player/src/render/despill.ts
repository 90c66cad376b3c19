/** Takes the background's colours out of the plate along the objects' edges. */

import type { Size } from "../layout";
import { despillReach, NEUTRAL, passesOf, totalReach } from "./edge";
import { colourFragment, rowsFragment, samplesFragment, type Part } from "./despill-shaders";
import { SAMPLES_UNIT, SOURCE_UNIT, type Program } from "./program";
import type { EdgedLayer, PlateTextures } from "./textures";
import { joined, TILE, unevenTiles, widened, type Tiles } from "./tiles";
import { WorkTexture, type Workbench } from "./work";

/** Smoothed, a pixel on screen looks at one beside it, and chroma is two of them wide. */
const NEIGHBOURS = 4;

/** Mattes of one side of a wipe, in a row in the mattes' texture, from `first` on. */
export interface Mattes {
  readonly layers: readonly EdgedLayer[];
  readonly first: number;
  readonly size: Size;
}

/** Whether any colour changes where these are cut out. */
export function despills(layers: readonly EdgedLayer[]): boolean {
  return layers.some(({ edge }) => (edge?.despill ?? 0) > 0);
}

export class DespillStage {
  private readonly coverage: WorkTexture;
  private readonly samples: Readonly<Record<Part, WorkTexture>>;
  private readonly sums: Readonly<Record<Part, WorkTexture>>;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly workbench: Workbench,
  ) {
    this.coverage = new WorkTexture(gl, "R8UI");
    this.samples = { luma: new WorkTexture(gl, "RG8UI"), chroma: new WorkTexture(gl, "RGBA8UI") };
    this.sums = { luma: new WorkTexture(gl, "RGBA32UI"), chroma: new WorkTexture(gl, "RGBA32UI") };
  }

  /** Computes the planes in their place; they and the mattes are bound to their units. */
  apply(plate: PlateTextures, mattes: Mattes): void {
    const { layers, size } = mattes;
    const seen = seenTiles(layers, size);
    const reach = despillReach(layers.map(({ edge }) => edge ?? NEUTRAL), size.height);
    const half = { width: size.width / 2, height: size.height / 2 };
    const upload = combined(layers);
    this.take("luma", upload, mattes, { seen, reach, size, tile: TILE, texture: plate.luma.texture });
    const chroma = { size: half, tile: TILE / 2, texture: plate.chroma.texture };
    this.take("chroma", upload, mattes, { seen, reach: Math.ceil(reach / 2), ...chroma });
  }

  private take(part: Part, coverage: Uint8Array, mattes: Mattes, plane: Plane): void {
    const { gl, workbench } = this;
    const { size, tile, reach, seen, texture } = plane;
    const pixels = (reach * TILE) / tile;
    const samples = { texture: this.samples[part].texture, size, tile };
    const sums = { texture: this.sums[part].texture, size, tile };
    const setEnd = (program: Program) => {
      gl.uniform2i(program.at("end"), mattes.size.width - 1, mattes.size.height - 1);
    };
    this.sums[part].bind(SOURCE_UNIT, size);
    this.samples[part].bind(SAMPLES_UNIT, size);
    this.coverage.bind(SOURCE_UNIT, mattes.size);
    this.coverage.fill(coverage);
    workbench.run(samplesFragment(part), widened(seen, pixels, pixels), samples, setEnd);
    workbench.run(rowsFragment(part, reach), widened(seen, 0, pixels), sums, () => undefined);
    this.sums[part].bind(SOURCE_UNIT, size);
    workbench.run(colourFragment(part, reach, mattes.layers.length), seen, { texture, size, tile }, (program) => {
      setEnd(program);
      gl.uniform1i(program.at("first"), mattes.first);
      gl.uniform1fv(program.at("despills"), mattes.layers.map(({ edge }) => edge?.despill ?? 0));
    });
  }
}

/** A plane to be computed: how far its box reaches, in its own pixels, and where it is seen. */
interface Plane {
  readonly texture: WebGLTexture;
  readonly size: Size;
  readonly tile: number;
  readonly reach: number;
  readonly seen: Tiles;
}

/** Where the mattes are neither 0, where nothing is seen, nor 255, where nothing changes. */
function seenTiles(layers: readonly EdgedLayer[], { width, height }: Size): Tiles {
  return layers
    .map(({ pixels, edge }) => {
      const { x, y } = totalReach(passesOf(edge ?? NEUTRAL));
      return widened(unevenTiles(pixels, width, height), x + NEIGHBOURS, y + NEIGHBOURS);
    })
    .reduce(joined);
}

/** The largest of all mattes at each pixel. */
function combined(layers: readonly EdgedLayer[]): Uint8Array {
  const [first, ...rest] = layers.map(({ pixels }) => pixels);
  if (!first) return new Uint8Array(0);
  if (rest.length === 0) return first;
  const most = first.slice();
  for (const pixels of rest) {
    for (let i = 0; i < most.length; i++) most[i] = Math.max(most[i] ?? 0, pixels[i] ?? 0);
  }
  return most;
}
