/** Draws plate and mattes with WebGL 2: everything is uploaded first, then drawn once. */

import type { Planes } from "../decode/decoder";
import { place, type Placement, type Size } from "../layout";
import type { Layer } from "../pairing";
import type { Background, View, ViewTransform, Wipe } from "../types";
import { CHROMA_UNIT, LUMA_UNIT, MATTE_UNIT, Program } from "./program";
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
    const { gl, canvas } = this;
    const { mattes } = this.resources;
    const { picture, transform, view, wipe } = composition;
    const placement = place(canvas, picture, transform);
    const right = composition.layers.slice(0, MAX_LAYERS);
    const left = composition.otherLayers.slice(0, MAX_LAYERS);
    const layers = [...right, ...left];
    const program = this.program({
      view: view.kind,
      outline: view.kind === "overlay" && view.outline === true,
      checkerboard: backgroundOf(view).kind === "checkerboard",
      wipe: wipe !== null && view.kind !== "original",
      squares: placement.scale >= SQUARES_FROM,
      layers: right.length,
      otherLayers: left.length,
    });
    program.use();
    this.bindPlate(composition, program);
    mattes.bind(MATTE_UNIT, layers, picture.width, picture.height);
    this.setGeometry(picture, placement, program);
    this.setView(view, program);
    if (layers.length > 0) {
      gl.uniform3fv(program.at("tints"), layers.flatMap((layer) => rgbOf(layer.color)));
    }
    gl.uniform1f(program.at("wipe"), wipe?.position ?? 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
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

  private bindPlate({ plate, matrix, range }: Composition, program: Program): void {
    const { gl } = this;
    const { luma, chroma } = this.resources;
    const { width, height } = plate;
    if (!plate.chroma) throw new Error("The plate was decoded without colour.");
    luma.bind(LUMA_UNIT, plate.luma, width, height);
    chroma.bind(CHROMA_UNIT, plate.chroma, width / 2, height / 2);
    gl.uniform1f(program.at("chromaShift"), 0.5 / width);
    const converted = conversion(matrix, range);
    gl.uniformMatrix3fv(program.at("matrix"), false, converted.matrix);
    gl.uniform3fv(program.at("offset"), converted.offset);
  }

  /** Lets through what lies on the picture; around it the canvas is transparent. */
  private setGeometry(picture: Size, { left, top, scale }: Placement, program: Program): void {
    const { gl, canvas } = this;
    const [width, height] = [picture.width * scale, picture.height * scale];
    gl.viewport(0, 0, canvas.width, canvas.height);
    // A pixel belongs to the picture when its middle does.
    const columns = span(left, width, canvas.width);
    const rows = span(top, height, canvas.height);
    gl.scissor(0, 0, canvas.width, canvas.height);
    if (columns.length < canvas.width || rows.length < canvas.height) gl.clear(gl.COLOR_BUFFER_BIT);
    gl.scissor(columns.start, canvas.height - rows.start - rows.length, columns.length, rows.length);
    gl.uniform2f(program.at("canvas"), canvas.width, canvas.height);
    gl.uniform2f(program.at("origin"), left, top);
    gl.uniform2f(program.at("extent"), width, height);
    gl.uniform2f(program.at("pixels"), picture.width, picture.height);
  }

  private setView(view: View, program: Program): void {
    const { gl } = this;
    gl.uniform1f(program.at("opacity"), view.kind === "overlay" ? (view.opacity ?? DEFAULT_OPACITY) : 0);
    const background = backgroundOf(view);
    gl.uniform3fv(program.at("background"), background.kind === "color" ? rgbOf(background.color) : [0, 0, 0]);
  }
}

/** What lies behind the object. Only the cutout shows it. */
function backgroundOf(view: View): Background {
  if (view.kind !== "cutout") return { kind: "color", color: "#000000" };
  return view.background ?? { kind: "checkerboard" };
}

/** The pixels of a line of `count` whose middles lie from `start` on within `length`. */
function span(start: number, length: number, count: number): { start: number; length: number } {
  const clamp = (value: number) => Math.min(count, Math.max(0, Math.ceil(value - 0.5)));
  return { start: clamp(start), length: clamp(start + length) - clamp(start) };
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
