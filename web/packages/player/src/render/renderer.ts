/** Draws plate and mattes with WebGL 2: everything is uploaded first, then drawn once. */

import type { Planes } from "../decode/decoder";
import { place, type Placement, type Size } from "../layout";
import type { Layer } from "../pairing";
import type { Background, View, ViewTransform, Wipe } from "../types";
import { CHROMA_UNIT, LUMA_UNIT, MATTE_UNIT, Program } from "./program";
import { areaOf, around, pictureOn, touched, type Region } from "./regions";
import { conversion, MAX_LAYERS, type Variant } from "./shaders";
import { MatteTextures, PlaneTexture } from "./textures";

/** A picture to draw, complete. */
export interface Composition {
  readonly plate: Planes;
  readonly layers: readonly Layer[];
  /** Left of the wipe; without any the plate shows there. */
  readonly otherLayers: readonly Layer[];
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
  readonly luma: PlaneTexture;
  readonly chroma: PlaneTexture;
  readonly mattes: MatteTextures;
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
    const box = this.upload(drawn);
    const whole = pictureOn(canvas, picture, placement);
    const inner = touched(box, placement, whole);
    this.clear(whole);
    this.paint(drawn, { ...variant, layers: right.length, otherLayers: left.length, bare: false }, [inner]);
    const some = (layers: readonly Layer[]) => Math.min(1, layers.length);
    const outer = { ...variant, outline: false, layers: some(right), otherLayers: some(left), bare: true };
    this.paint(drawn, outer, around(whole, inner));
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
    const known = programs.get(key) ?? Program.compile(this.gl, variant);
    programs.set(key, known);
    return known;
  }

  /** Brings the pictures to the graphics card; returns where in the picture any matte is not zero. */
  private upload({ plate, picture, layers }: Drawn): Region {
    const { luma, chroma, mattes } = this.resources;
    const { width, height } = plate;
    if (!plate.chroma) throw new Error("The plate was decoded without colour.");
    luma.bind(LUMA_UNIT, plate.luma, width, height);
    chroma.bind(CHROMA_UNIT, plate.chroma, width / 2, height / 2);
    return mattes.bind(MATTE_UNIT, layers, picture.width, picture.height);
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
  const [luma, chroma] = [new PlaneTexture(gl, 1), new PlaneTexture(gl, 2)];
  return { programs: new Map(), luma, chroma, mattes: new MatteTextures(gl) };
}

/** `#rrggbb` as three numbers in 0..1; anything else is black. */
export function rgbOf(color: string): [number, number, number] {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  const part = (i: number) => parseInt(match?.[i] ?? "0", 16) / 255;
  return [part(1), part(2), part(3)];
}
