/** Draws plate and mattes with WebGL 2: everything is uploaded first, then drawn once. */

import type { Planes } from "../decode/decoder";
import { place, type Placement, type Size } from "../layout";
import type { Background, View, ViewTransform, Wipe } from "../types";
import { DespillStage, despills } from "./despill";
import { coverageKey } from "./edge";
import { EdgeStage } from "./edge-stage";
import { Program } from "./program";
import { areaOf, around, pictureOn, shared, touched, type Region } from "./regions";
import { conversion, fragment, MAX_LAYERS, VERTEX, type Variant } from "./shaders";
import { MatteTextures, PlateTextures, type EdgedLayer } from "./textures";
import { Workbench } from "./work";

/** A picture to draw, complete. */
export interface Composition {
  readonly plate: Planes;
  readonly layers: readonly EdgedLayer[];
  /** Left of the wipe; without any the plate shows there. */
  readonly otherLayers: readonly EdgedLayer[];
  readonly wipe: Wipe | null;
  readonly picture: Size;
  readonly matrix: "bt709" | "bt601";
  readonly range: "limited" | "full";
  readonly view: View;
  readonly transform: ViewTransform;
}

export interface RendererHooks {
  onLost(): void;
  onRestored(): void;
}

const DEFAULT_OPACITY = 0.5;
/** Drawing buffer pixels per picture pixel from which the picture is not smoothed any more. */
const SQUARES_FROM = 4;

/** What exists per context, and is made anew when a lost context comes back. */
interface Resources {
  /** Those that were needed so far, by their variant. */
  readonly programs: Map<string, Program>;
  /** Right of the wipe, and left of it, where the colours differ; the right one's shows on both sides else. */
  readonly plates: readonly [PlateTextures, PlateTextures];
  readonly mattes: MatteTextures;
  readonly despill: DespillStage;
}

/** A part of the canvas that shows the plate in the same colours, with the mattes that these come from. */
interface Part {
  readonly region: Region;
  readonly plate: PlateTextures;
  readonly layers: readonly EdgedLayer[];
  readonly first: number;
}

/** A composition with its place on the canvas; `layers` are those of both sides, the right one's first. */
type Drawn = Omit<Composition, "otherLayers" | "transform"> & { readonly placement: Placement };

type Canvas = HTMLCanvasElement | OffscreenCanvas;

export class Renderer {
  private readonly gl: WebGL2RenderingContext;
  private resources: Resources;

  /** @throws Error with one sentence when the browser offers no WebGL 2. */
  constructor(
    private readonly canvas: Canvas,
    hooks: RendererHooks,
  ) {
    const gl = canvas.getContext("webgl2", {
      alpha: true,
      antialias: false,
      depth: false,
      stencil: false,
    }) as WebGL2RenderingContext | null;
    if (!gl) throw new Error("This browser offers no WebGL 2, which the preview needs; use a newer one or turn on graphics acceleration.");
    this.gl = gl;
    this.resources = prepare(gl);
    canvas.addEventListener("webglcontextlost", (event) => {
      // Without this the browser never gives the context back.
      event.preventDefault();
      hooks.onLost();
    });
    canvas.addEventListener("webglcontextrestored", () => {
      this.resources = prepare(gl);
      hooks.onRestored();
    });
  }

  get isLost(): boolean {
    return this.gl.isContextLost();
  }

  get size(): Size {
    return { width: this.canvas.width, height: this.canvas.height };
  }

  resize(width: number, height: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
  }

  draw(composition: Composition): void {
    const { canvas } = this;
    const { picture, transform, view, wipe } = composition;
    const placement = place(canvas, picture, transform);
    const right = composition.layers.slice(0, MAX_LAYERS);
    const left = composition.otherLayers.slice(0, MAX_LAYERS);
    const variant = {
      view: view.kind,
      outline: view.kind === "overlay" && view.outline === true,
      checkerboard: backgroundOf(view).kind === "checkerboard",
      wipe: wipe !== null && view.kind !== "original",
      squares: placement.scale >= SQUARES_FROM,
    };
    const drawn: Drawn = { ...composition, placement, layers: [...right, ...left] };
    const { mattes } = this.resources;
    const box = mattes.bind(view.kind === "original" ? bared(drawn.layers) : drawn.layers, picture);
    const whole = pictureOn(canvas, picture, placement);
    const inner = touched(box, placement, whole);
    const inside = { ...variant, layers: right.length, otherLayers: left.length, bare: false };
    const some = (layers: readonly EdgedLayer[]) => Math.min(1, layers.length);
    const outside = { ...variant, outline: false, layers: some(right), otherLayers: some(left), bare: true };
    const parts = this.parts(drawn, right, left);
    for (const part of parts) this.colour(drawn, part);
    this.clear(whole);
    for (const { region, plate } of parts) {
      plate.bind();
      this.paint(drawn, inside, [shared(inner, region)]);
      this.paint(drawn, outside, around(whole, inner).map((ring) => shared(ring, region)));
    }
  }

  /** RGBA of a rectangle of what was just drawn, rows top down; call it in the task that drew. */
  read(x: number, y: number, width: number, height: number): Uint8Array {
    const { gl } = this;
    const bottomUp = new Uint8Array(width * height * 4);
    gl.readPixels(x, this.canvas.height - y - height, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bottomUp);
    const rows = new Uint8Array(bottomUp.length);
    const stride = width * 4;
    for (let row = 0; row < height; row++) {
      const from = (height - 1 - row) * stride;
      rows.set(bottomUp.subarray(from, from + stride), row * stride);
    }
    return rows;
  }

  close(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  private program(variant: Variant): Program {
    const { programs } = this.resources;
    const key = Object.values(variant).join();
    const known = programs.get(key) ?? Program.compile(this.gl, VERTEX, fragment(variant));
    programs.set(key, known);
    return known;
  }

  /** One for the whole canvas, or one for each side of the wipe, where their colours differ. */
  private parts(drawn: Drawn, right: readonly EdgedLayer[], left: readonly EdgedLayer[]): readonly Part[] {
    const { plates } = this.resources;
    const { width, height } = this.canvas;
    const region = { left: 0, top: 0, right: width, bottom: height };
    const { wipe, picture, placement } = drawn;
    const rightPart = { plate: plates[0], layers: right, first: 0 };
    if (!wipe || !(showsColours(drawn, right) || showsColours(drawn, left))) return [{ ...rightPart, region }];
    const line = Math.ceil(placement.left + wipe.position * picture.width * placement.scale - 0.5);
    const column = Math.min(width, Math.max(0, line));
    return [
      { ...rightPart, region: { ...region, left: column } },
      { region: { ...region, right: column }, plate: plates[1], layers: left, first: right.length },
    ];
  }

  /** Brings the plate to the graphics card, in the colours that a part shows. */
  private colour(drawn: Drawn, { plate, layers, first }: Part): void {
    const isSeen = showsColours(drawn, layers);
    const sources = isSeen ? layers.flatMap(({ pixels, edge }) => [pixels, edge && coverageKey(edge), edge?.despill]) : [];
    if (!plate.take(drawn.plate, sources) || !isSeen) return;
    this.resources.despill.apply(plate, { layers, first, size: drawn.picture });
  }

  /** Around the picture the canvas is transparent. */
  private clear(picture: Region): void {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    if (areaOf(picture) === canvas.width * canvas.height) return;
    gl.scissor(0, 0, canvas.width, canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /** Draws some regions of the canvas. */
  private paint(drawn: Drawn, variant: Variant, regions: readonly Region[]): void {
    const { gl, canvas } = this;
    const seen = regions.filter((region) => areaOf(region) > 0);
    if (seen.length === 0) return;
    const program = this.program(variant);
    program.use();
    this.setPicture(drawn, program);
    this.setView(drawn, program);
    for (const { left, top, right, bottom } of seen) {
      gl.scissor(left, canvas.height - bottom, right - left, bottom - top);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
  }

  private setPicture({ plate, picture, placement, matrix, range }: Drawn, program: Program): void {
    const { gl, canvas } = this;
    const { left, top, scale } = placement;
    gl.uniform2f(program.at("canvas"), canvas.width, canvas.height);
    gl.uniform2f(program.at("origin"), left, top);
    gl.uniform2f(program.at("extent"), picture.width * scale, picture.height * scale);
    gl.uniform2f(program.at("pixels"), picture.width, picture.height);
    gl.uniform1f(program.at("chromaShift"), 0.5 / plate.width);
    const converted = conversion(matrix, range);
    gl.uniformMatrix3fv(program.at("matrix"), false, converted.matrix);
    gl.uniform3fv(program.at("offset"), converted.offset);
  }

  private setView({ view, wipe, layers }: Drawn, program: Program): void {
    const { gl } = this;
    gl.uniform1f(program.at("opacity"), view.kind === "overlay" ? (view.opacity ?? DEFAULT_OPACITY) : 0);
    const background = backgroundOf(view);
    gl.uniform3fv(program.at("background"), background.kind === "color" ? rgbOf(background.color) : [0, 0, 0]);
    if (layers.length > 0) {
      gl.uniform3fv(program.at("tints"), layers.flatMap((layer) => rgbOf(layer.color)));
    }
    gl.uniform1f(program.at("wipe"), wipe?.position ?? 0);
  }
}

/** What lies behind the object. Only the cutout shows it. */
function backgroundOf(view: View): Background {
  if (view.kind !== "cutout") return { kind: "color", color: "#000000" };
  return view.background ?? { kind: "checkerboard" };
}

function prepare(gl: WebGL2RenderingContext): Resources {
  gl.disable(gl.BLEND);
  gl.enable(gl.SCISSOR_TEST);
  gl.clearColor(0, 0, 0, 0);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  const workbench = new Workbench(gl);
  return {
    programs: new Map(),
    plates: [new PlateTextures(gl), new PlateTextures(gl)],
    mattes: new MatteTextures(gl, new EdgeStage(gl, workbench)),
    despill: new DespillStage(gl, workbench),
  };
}

/** Only the cutout shows the object's own colours. */
function showsColours({ view }: Drawn, layers: readonly EdgedLayer[]): boolean {
  return view.kind === "cutout" && despills(layers);
}

function bared(layers: readonly EdgedLayer[]): readonly EdgedLayer[] {
  return layers.map((layer) => ({ ...layer, edge: null }));
}

/** `#rrggbb` as three numbers in 0..1; anything else is black. */
export function rgbOf(color: string): [number, number, number] {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  const part = (i: number) => parseInt(match?.[i] ?? "0", 16) / 255;
  return [part(1), part(2), part(3)];
}
