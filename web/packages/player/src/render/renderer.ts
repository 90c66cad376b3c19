/** Draws plate and mattes with WebGL 2: everything is uploaded first, then drawn once. */

import type { Planes } from "../decode/decoder";
import { place, type Size } from "../layout";
import type { Layer } from "../pairing";
import type { View, ViewTransform, Wipe } from "../types";
import { conversion, FRAGMENT, MAX_LAYERS, VERTEX } from "./shaders";
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

const VIEWS = { original: 0, overlay: 1, cutout: 2, matte: 3 } as const;
const DEFAULT_OPACITY = 0.5;
const MATTE_UNIT = 3;
/** Drawing buffer pixels per picture pixel from which the picture is not smoothed any more. */
const SQUARES_FROM = 4;

/** What exists per context, and is made anew when a lost context comes back. */
interface Resources {
  readonly program: WebGLProgram;
  readonly uniforms: Map<string, WebGLUniformLocation>;
  readonly planes: readonly [PlaneTexture, PlaneTexture, PlaneTexture];
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
    const { program, planes, mattes } = this.resources;
    gl.useProgram(program);
    gl.viewport(0, 0, canvas.width, canvas.height);
    const right = composition.layers.slice(0, MAX_LAYERS);
    const layers = [...right, ...composition.otherLayers.slice(0, MAX_LAYERS)];
    this.bindPlate(composition, planes);
    mattes.bind(MATTE_UNIT, layers, composition.picture.width, composition.picture.height);
    this.setGeometry(composition);
    this.setView(composition.view);
    gl.uniform1i(this.at("layers"), right.length);
    gl.uniform1i(this.at("otherLayers"), layers.length - right.length);
    if (layers.length > 0) {
      gl.uniform3fv(this.at("tints"), layers.flatMap((layer) => rgbOf(layer.color)));
    }
    gl.uniform1f(this.at("wipe"), composition.wipe?.position ?? 0);
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

  private bindPlate({ plate, matrix, range }: Composition, planes: Resources["planes"]): void {
    const { gl } = this;
    const { width, height, y, u, v } = plate;
    if (!u || !v) throw new Error("The plate was decoded without colour.");
    planes[0].bind(0, y, width, height);
    planes[1].bind(1, u, width / 2, height / 2);
    planes[2].bind(2, v, width / 2, height / 2);
    gl.uniform1f(this.at("chromaShift"), 0.5 / width);
    const converted = conversion(matrix, range);
    gl.uniformMatrix3fv(this.at("matrix"), false, converted.matrix);
    gl.uniform3fv(this.at("offset"), converted.offset);
  }

  private setGeometry({ picture, transform }: Composition): void {
    const { gl, canvas } = this;
    const { left, top, scale } = place(canvas, picture, transform);
    gl.uniform2f(this.at("canvas"), canvas.width, canvas.height);
    gl.uniform2f(this.at("origin"), left, top);
    gl.uniform2f(this.at("extent"), picture.width * scale, picture.height * scale);
    gl.uniform2f(this.at("pixels"), picture.width, picture.height);
    gl.uniform1i(this.at("squares"), scale >= SQUARES_FROM ? 1 : 0);
  }

  private setView(view: View): void {
    const { gl } = this;
    gl.uniform1i(this.at("view"), VIEWS[view.kind]);
    gl.uniform1f(this.at("opacity"), view.kind === "overlay" ? (view.opacity ?? DEFAULT_OPACITY) : 0);
    gl.uniform1i(this.at("outline"), view.kind === "overlay" && view.outline ? 1 : 0);
    const background = view.kind === "cutout" ? (view.background ?? { kind: "checkerboard" }) : null;
    gl.uniform1i(this.at("checkerboard"), background?.kind === "checkerboard" ? 1 : 0);
    gl.uniform3fv(this.at("background"), background?.kind === "color" ? rgbOf(background.color) : [0, 0, 0]);
  }

  private at(name: string): WebGLUniformLocation | null {
    return this.resources.uniforms.get(name) ?? null;
  }
}

function prepare(gl: WebGL2RenderingContext): Resources {
  const program = compile(gl);
  const uniforms = new Map<string, WebGLUniformLocation>();
  const count = Number(gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS));
  for (let i = 0; i < count; i++) {
    const name = gl.getActiveUniform(program, i)?.name.replace("[0]", "");
    const location = name === undefined ? null : gl.getUniformLocation(program, name);
    if (name !== undefined && location) uniforms.set(name, location);
  }
  gl.useProgram(program);
  ["planeY", "planeU", "planeV", "mattes"].forEach((sampler, unit) => {
    gl.uniform1i(uniforms.get(sampler) ?? null, unit);
  });
  gl.disable(gl.BLEND);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  const planes = [new PlaneTexture(gl), new PlaneTexture(gl), new PlaneTexture(gl)] as const;
  return { program, uniforms, planes, mattes: new MatteTextures(gl) };
}

function compile(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) continue; // The context is lost; it is prepared again when it returns.
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The compositing shader does not link: ${gl.getProgramInfoLog(program) ?? ""}`);
  }
  return program;
}

/** `#rrggbb` as three numbers in 0..1; anything else is black. */
export function rgbOf(color: string): [number, number, number] {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  const part = (i: number) => parseInt(match?.[i] ?? "0", 16) / 255;
  return [part(1), part(2), part(3)];
}
