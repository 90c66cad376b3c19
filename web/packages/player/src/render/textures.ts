/** The renderer's textures: what is uploaded of the picture on screen. */

import type { Layer } from "../pairing";
import { boxOf, EMPTY, union, type Region } from "./regions";

function newTexture(gl: WebGL2RenderingContext, target: GLenum): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(target, texture);
  gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  gl.texParameteri(target, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(target, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

/** A texture of one or two channels that takes a plane after another of the same size. */
export class PlaneTexture {
  private readonly texture: WebGLTexture;
  private width = 0;
  private height = 0;
  private content: Uint8Array | null = null;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly channels: 1 | 2,
  ) {
    this.texture = newTexture(gl, gl.TEXTURE_2D);
  }

  /** Binds to a unit, uploading `pixels` unless they are there already. */
  bind(unit: number, pixels: Uint8Array, width: number, height: number): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (pixels === this.content) return;
    const [internal, format] = this.channels === 1 ? [gl.R8, gl.RED] : [gl.RG8, gl.RG];
    if (width === this.width && height === this.height) {
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, format, gl.UNSIGNED_BYTE, pixels);
    } else {
      gl.texImage2D(gl.TEXTURE_2D, 0, internal, width, height, 0, format, gl.UNSIGNED_BYTE, pixels);
    }
    this.width = width;
    this.height = height;
    this.content = pixels;
  }
}

/** The mattes of the picture on screen: one array texture, a layer for each object. */
export class MatteTextures {
  private texture: WebGLTexture | null = null;
  private width = 0;
  private height = 0;
  private depth = 0;
  private contents: { readonly pixels: Uint8Array; readonly box: Region }[] = [];

  constructor(private readonly gl: WebGL2RenderingContext) {}

  /** Binds to a unit, uploading those layers that are not there already. Returns where they are not zero. */
  bind(unit: number, layers: readonly Layer[], width: number, height: number): Region {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    this.reserve(Math.max(1, layers.length), width, height);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    layers.forEach(({ pixels }, layer) => {
      if (this.contents[layer]?.pixels === pixels) return;
      gl.texSubImage3D(
        gl.TEXTURE_2D_ARRAY, 0, 0, 0, layer, width, height, 1, gl.RED, gl.UNSIGNED_BYTE, pixels,
      );
      this.contents[layer] = { pixels, box: boxOf(pixels, width) };
    });
    return this.contents.slice(0, layers.length).reduce((all, { box }) => union(all, box), EMPTY);
  }

  private reserve(depth: number, width: number, height: number): void {
    if (this.texture && depth <= this.depth && width === this.width && height === this.height) return;
    const { gl } = this;
    gl.deleteTexture(this.texture);
    this.texture = newTexture(gl, gl.TEXTURE_2D_ARRAY);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.R8, width, height, depth);
    this.width = width;
    this.height = height;
    this.depth = depth;
    this.contents = [];
  }
}
