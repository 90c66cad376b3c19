/** Takes the background's colours out of the plate along the objects' edges. */

import type { Size } from "../layout";
import {
  closeRowsFragment, colourFragment, estimateFragment, rowsFragment, samplesFragment, type Part,
} from "./despill-shaders";
import { despillReach, NEUTRAL, passesOf, totalReach, type DespillReach } from "./edge";
import { ESTIMATES_UNIT, OTHERS_UNIT, SAMPLES_UNIT, SOURCE_UNIT, type Program } from "./program";
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
  private readonly estimates: Readonly<Record<Part, WorkTexture>>;
  /** V's, where the sums of chroma are U's. */
  private readonly others: WorkTexture;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly workbench: Workbench,
  ) {
    this.coverage = new WorkTexture(gl, "R8UI");
    this.samples = { luma: new WorkTexture(gl, "RG8UI"), chroma: new WorkTexture(gl, "RGBA8UI") };
    this.sums = { luma: new WorkTexture(gl, "RGBA32UI"), chroma: new WorkTexture(gl, "RGBA32UI") };
    this.estimates = { luma: new WorkTexture(gl, "RG16UI"), chroma: new WorkTexture(gl, "RGBA16UI") };
    this.others = new WorkTexture(gl, "RGBA32UI");
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
    const halfReach = { wide: Math.ceil(reach.wide / 2), close: Math.ceil(reach.close / 2) };
    this.take("chroma", upload, mattes, { seen, reach: halfReach, ...chroma });
  }

  private take(part: Part, coverage: Uint8Array, mattes: Mattes, plane: Plane): void {
    const { gl, workbench } = this;
    const { size, tile, reach, seen } = plane;
    const setEnd = (program: Program) => {
      gl.uniform2i(program.at("end"), mattes.size.width - 1, mattes.size.height - 1);
    };
    /** Tiles around those that are seen, so many of the plane's pixels to each side. */
    const around = (x: number, y: number) => widened(seen, (x * TILE) / tile, (y * TILE) / tile);
    const both = reach.close + reach.wide;
    const into = ({ texture }: { readonly texture: WebGLTexture }) => ({ texture, size, tile });

    this.sums[part].bind(SOURCE_UNIT, size);
    this.samples[part].bind(SAMPLES_UNIT, size);
    this.estimates[part].bind(ESTIMATES_UNIT, size);
    this.coverage.bind(SOURCE_UNIT, mattes.size);
    this.coverage.fill(coverage);
    workbench.run(samplesFragment(part), around(both, both), into(this.samples[part]), setEnd);
    workbench.run(rowsFragment(part, reach.wide), around(reach.close, both), into(this.sums[part]), () => undefined);
    this.sums[part].bind(SOURCE_UNIT, size);
    const estimated = around(reach.close, reach.close);
    workbench.run(estimateFragment(part, reach.wide), estimated, into(this.estimates[part]), () => undefined);
    this.sumUp(part, around(0, reach.close), plane);
    this.sums[part].bind(SOURCE_UNIT, size);
    workbench.run(colourFragment(part, reach.close, mattes.layers.length), seen, into(plane), (program) => {
      setEnd(program);
      gl.uniform1i(program.at("first"), mattes.first);
      gl.uniform1fv(program.at("despills"), mattes.layers.map(({ edge }) => edge?.despill ?? 0));
    });
  }

  /** Sums over rows of the first estimates. */
  private sumUp(part: Part, tiles: Tiles, { reach, size, tile }: Plane): void {
    const channels =
      part === "luma"
        ? ([["luma", this.sums.luma]] as const)
        : ([["u", this.sums.chroma], ["v", this.others]] as const);
    for (const [channel, sums] of channels) {
      sums.bind(OTHERS_UNIT, size);
      const target = { texture: sums.texture, size, tile };
      this.workbench.run(closeRowsFragment(channel, reach.close), tiles, target, () => undefined);
    }
  }
}

/** A plane to be computed: how far its boxes reach, in its own pixels, and where it is seen. */
interface Plane {
  readonly texture: WebGLTexture;
  readonly size: Size;
  readonly tile: number;
  readonly reach: DespillReach;
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
