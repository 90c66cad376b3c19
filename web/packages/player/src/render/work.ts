/** What computing on the graphics card needs: textures of whole numbers to write to, and where to. */

import type { Size } from "../layout";
import { TILE_VERTEX } from "./edge-shaders";
import { Program } from "./program";
import { trianglesOf, type Tiles } from "./tiles";

/** What is written and read again in between. */
export type Format = "R16UI" | "RG16UI" | "RGBA16UI" | "R8UI" | "RG8UI" | "RGBA8UI" | "RGBA32UI";

/** A texture that is written pixel by pixel, and read so. */
export class WorkTexture {
  readonly texture: WebGLTexture;
  private size: Size = { width: 0, height: 0 };

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly format: Format,
  ) {
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  /** Binds it to a unit, in this size; what it held is lost with another size. */
  bind(unit: number, { width, height }: Size): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (width === this.size.width && height === this.size.height) return;
    const [format, type] = pixelsOf(gl, this.format);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl[this.format], width, height, 0, format, type, null);
    this.size = { width, height };
  }

  /** Puts a plane of bytes into it, which is bound; it has its size. */
  fill(bytes: Uint8Array): void {
    const { gl } = this;
    const { width, height } = this.size;
    const [format, type] = pixelsOf(gl, this.format);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, format, type, bytes);
  }
}

function pixelsOf(gl: WebGL2RenderingContext, format: Format): [GLenum, GLenum] {
  switch (format) {
    case "R16UI":
      return [gl.RED_INTEGER, gl.UNSIGNED_SHORT];
    case "RG16UI":
      return [gl.RG_INTEGER, gl.UNSIGNED_SHORT];
    case "RGBA16UI":
      return [gl.RGBA_INTEGER, gl.UNSIGNED_SHORT];
    case "R8UI":
      return [gl.RED_INTEGER, gl.UNSIGNED_BYTE];
    case "RG8UI":
      return [gl.RG_INTEGER, gl.UNSIGNED_BYTE];
    case "RGBA8UI":
      return [gl.RGBA_INTEGER, gl.UNSIGNED_BYTE];
    case "RGBA32UI":
      return [gl.RGBA_INTEGER, gl.UNSIGNED_INT];
  }
}

/** Where a pass writes to: a texture, or a layer of an array of them. */
export interface Target {
  readonly texture: WebGLTexture;
  readonly layer?: number;
  readonly size: Size;
  /** Pixels of it along a tile's side; chroma planes have half as many. */
  readonly tile: number;
}

/** Runs programs over tiles of a target. */
export class Workbench {
  private readonly programs = new Map<string, Program>();
  private readonly framebuffer: WebGLFramebuffer;
  private readonly array: WebGLVertexArrayObject;
  private readonly corners: WebGLBuffer;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.framebuffer = gl.createFramebuffer();
    this.array = gl.createVertexArray();
    this.corners = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, false, 0, 0);
    gl.bindVertexArray(null);
  }

  /** Runs a program over some tiles; `set` gives its uniforms. Afterwards the canvas is the target again. */
  run(fragment: string, tiles: Tiles, target: Target, set: (program: Program) => void): void {
    const { gl } = this;
    const corners = trianglesOf(tiles);
    if (corners.length === 0) return;
    const program = this.programs.get(fragment) ?? Program.compile(gl, TILE_VERTEX, fragment);
    this.programs.set(fragment, program);
    const { width, height } = target.size;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebuffer);
    if (target.layer === undefined) {
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, target.texture, 0);
    } else {
      gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, target.texture, 0, target.layer);
    }
    gl.viewport(0, 0, width, height);
    gl.scissor(0, 0, width, height);
    program.use();
    gl.uniform2f(program.at("size"), width, height);
    gl.uniform2i(program.at("last"), width - 1, height - 1);
    gl.uniform1f(program.at("tile"), target.tile);
    set(program);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STREAM_DRAW);
    gl.drawArrays(gl.TRIANGLES, 0, corners.length / 2);
    gl.bindVertexArray(null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }
}

