/** The renderer's textures: what is uploaded of the picture on screen. */

import type { Planes } from "../decode/decoder";
import type { Size } from "../layout";
import type { Layer } from "../pairing";
import type { Edge } from "../types";
import { coverageKey, passesOf, totalReach } from "./edge";
import type { EdgeStage } from "./edge-stage";
import { CHROMA_UNIT, LUMA_UNIT, MATTE_UNIT } from "./program";
import { boxOf, EMPTY, grown, union, type Region } from "./regions";
import { unevenTiles } from "./tiles";

/** A matte with the edge that it gets; null: it is drawn as it is. */
export interface EdgedLayer extends Layer {
  readonly edge: Edge | null;
}

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
class PlaneTexture {
  readonly texture: WebGLTexture;
  private width = 0;
  private height = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly channels: 1 | 2,
  ) {
    this.texture = newTexture(gl, gl.TEXTURE_2D);
  }

  bind(unit: number): void {
    this.gl.activeTexture(this.gl.TEXTURE0 + unit);
    this.gl.bindTexture(this.gl.TEXTURE_2D, this.texture);
  }

  /** Binds it with another plane in it. */
  upload(unit: number, pixels: Uint8Array, width: number, height: number): void {
    const { gl } = this;
    this.bind(unit);
    const [internal, format] = this.channels === 1 ? [gl.R8, gl.RED] : [gl.RG8, gl.RG];
    if (width === this.width && height === this.height) {
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, format, gl.UNSIGNED_BYTE, pixels);
    } else {
      gl.texImage2D(gl.TEXTURE_2D, 0, internal, width, height, 0, format, gl.UNSIGNED_BYTE, pixels);
    }
    this.width = width;
    this.height = height;
  }
}

/** The plate on screen, as it is composited. */
export class PlateTextures {
  readonly luma: PlaneTexture;
  readonly chroma: PlaneTexture;
  private content: Planes | null = null;
  private colours: readonly unknown[] = [];

  constructor(gl: WebGL2RenderingContext) {
    this.luma = new PlaneTexture(gl, 1);
    this.chroma = new PlaneTexture(gl, 2);
  }

  bind(): void {
    this.luma.bind(LUMA_UNIT);
    this.chroma.bind(CHROMA_UNIT);
  }

  /**
   * Binds both planes to their units, uploading them unless they are there already.
   *
   * @param colours what its colours are made from in addition: nothing, or the same things as long
   *   as they are to stay the same
   * @returns whether they were uploaded, so that their colours are yet to be made
   */
  take(plate: Planes, colours: readonly unknown[]): boolean {
    this.bind();
    const isSame = plate === this.content && colours.length === this.colours.length;
    if (isSame && colours.every((source, i) => source === this.colours[i])) return false;
    if (!plate.chroma) throw new Error("The plate was decoded without colour.");
    const { width, height } = plate;
    this.luma.upload(LUMA_UNIT, plate.luma, width, height);
    this.chroma.upload(CHROMA_UNIT, plate.chroma, width / 2, height / 2);
    this.content = plate;
    this.colours = colours;
    return true;
  }
}

/** What a layer of the mattes' texture holds. */
interface Content {
  readonly pixels: Uint8Array;
  /** Of the edge that it got. */
  readonly key: string;
  readonly box: Region;
}

/** The mattes of the picture on screen: one array texture, a layer for each object. */
export class MatteTextures {
  private texture: WebGLTexture | null = null;
  private size: Size = { width: 0, height: 0 };
  private depth = 0;
  private contents: Content[] = [];

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly stage: EdgeStage,
  ) {}

  /** Binds to its unit, making those layers that are not there already. Returns where they are not zero. */
  bind(layers: readonly EdgedLayer[], size: Size): Region {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + MATTE_UNIT);
    const texture = this.reserve(Math.max(1, layers.length), size);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    layers.forEach((layer, i) => {
      const key = layer.edge ? coverageKey(layer.edge) : "";
      const content = this.contents[i];
      if (content?.pixels === layer.pixels && content.key === key) return;
      this.contents[i] = { pixels: layer.pixels, key, box: this.make(texture, layer, i) };
    });
    return this.contents.slice(0, layers.length).reduce((all, { box }) => union(all, box), EMPTY);
  }

  /** Returns where the matte is not zero. */
  private make(texture: WebGLTexture, { pixels, edge }: EdgedLayer, layer: number): Region {
    const { gl, size } = this;
    const { width, height } = size;
    gl.activeTexture(gl.TEXTURE0 + MATTE_UNIT);
    gl.texSubImage3D(
      gl.TEXTURE_2D_ARRAY, 0, 0, 0, layer, width, height, 1, gl.RED, gl.UNSIGNED_BYTE, pixels,
    );
    const box = boxOf(pixels, width);
    const passes = edge ? passesOf(edge) : [];
    if (passes.length === 0) return box;
    this.stage.apply(texture, layer, size, unevenTiles(pixels, width, height), passes);
    return grown(box, totalReach(passes), size);
  }

  private reserve(depth: number, size: Size): WebGLTexture {
    const { width, height } = size;
    const fits = depth <= this.depth && width === this.size.width && height === this.size.height;
    if (this.texture && fits) return this.texture;
    const { gl } = this;
    gl.deleteTexture(this.texture);
    const texture = newTexture(gl, gl.TEXTURE_2D_ARRAY);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.R8, width, height, depth);
    this.texture = texture;
    this.size = size;
    this.depth = depth;
    this.contents = [];
    return texture;
  }
}
