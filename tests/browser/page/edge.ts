/** The player's edge stage alone, on planes that the page is given. */

import { DespillStage } from "../../../web/packages/player/src/render/despill";
import { NEUTRAL } from "../../../web/packages/player/src/render/edge";
import { EdgeStage } from "../../../web/packages/player/src/render/edge-stage";
import { MATTE_UNIT } from "../../../web/packages/player/src/render/program";
import { MatteTextures, PlateTextures, type EdgedLayer } from "../../../web/packages/player/src/render/textures";
import { Workbench } from "../../../web/packages/player/src/render/work";
import type { Edge } from "@mattebox/player";

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Case extends Size {
  readonly edges: readonly Edge[];
}

/** How far codes are from what they should be. */
export interface Difference {
  readonly pixels: number;
  readonly differing: number;
  readonly worst: number;
}

function newContext(): WebGL2RenderingContext {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) throw new Error("no WebGL 2");
  gl.enable(gl.SCISSOR_TEST);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  return gl;
}

function layerOf(pixels: Uint8Array, edge: Edge): EdgedLayer {
  return { id: "o1", color: "#ffffff", pixels, live: false, edge };
}

/** The edges of a case with a little more of what they do not leave neutral. */
function edgesOf({ edges }: Case, more: Partial<Edge>): Edge[] {
  const added = (edge: Edge, name: keyof Edge) => (edge[name] === NEUTRAL[name] ? 0 : (more[name] ?? 0));
  const names = Object.keys(NEUTRAL) as (keyof Edge)[];
  return edges.map((edge) => names.reduce((sum, name) => ({ ...sum, [name]: edge[name] + added(edge, name) }), edge));
}

/** A layer of the mattes' texture. */
function readLayer(gl: WebGL2RenderingContext, layer: number, size: Size): Uint8Array {
  gl.activeTexture(gl.TEXTURE0 + MATTE_UNIT);
  const texture = gl.getParameter(gl.TEXTURE_BINDING_2D_ARRAY) as WebGLTexture;
  return readBack(gl, 1, size, () => {
    gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, texture, 0, layer);
  });
}

function readPlane(gl: WebGL2RenderingContext, texture: WebGLTexture, channels: number, size: Size): Uint8Array {
  return readBack(gl, channels, size, () => {
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  });
}

/** As many channels of what `attach` has attached. */
function readBack(gl: WebGL2RenderingContext, channels: number, size: Size, attach: () => void): Uint8Array {
  const { width, height } = size;
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  attach();
  const rgba = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, rgba);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.deleteFramebuffer(framebuffer);
  return rgba.filter((_, i) => i % 4 < channels);
}

function differenceOf(a: Uint8Array, b: Uint8Array, counts: (i: number) => boolean = () => true): Difference {
  if (a.length !== b.length) throw new Error(`${a.length} codes are compared with ${b.length}`);
  const steps = Array.from(a, (code, i) => Math.abs(code - (b[i] ?? 0))).filter((_, i) => counts(i));
  return { pixels: steps.length, differing: steps.filter((step) => step > 0).length, worst: Math.max(0, ...steps) };
}

async function casesIn(folder: string): Promise<{ one: Case; planes: Uint8Array }[]> {
  const cases = (await (await fetch(`/api/v1/${folder}/cases.json`)).json()) as Case[];
  return Promise.all(
    cases.map(async (one, i) => ({
      one,
      planes: new Uint8Array(await (await fetch(`/api/v1/${folder}/${i}.bin`)).arrayBuffer()),
    })),
  );
}

/** What each case's matte differs in, with a little more of its edge. */
async function compareCoverage(more: Partial<Edge> = {}): Promise<Difference[]> {
  const gl = newContext();
  const mattes = new MatteTextures(gl, new EdgeStage(gl, new Workbench(gl)));
  return (await casesIn("coverage")).map(({ one, planes }) => {
    const area = one.width * one.height;
    const [edge] = edgesOf(one, more);
    if (!edge) throw new Error("a case without an edge");
    const matte = planes.slice(0, area);
    // Another object before it, which must not show in it.
    mattes.bind([layerOf(matte.slice().reverse(), { ...edge, grow: 2 }), layerOf(matte, edge)], one);
    return differenceOf(readLayer(gl, 1, one), planes.slice(area));
  });
}

/** What each case's luma and chroma differ in, where the object is seen. */
async function compareColours(more: Partial<Edge> = {}): Promise<{ luma: Difference; chroma: Difference }[]> {
  const gl = newContext();
  const workbench = new Workbench(gl);
  const mattes = new MatteTextures(gl, new EdgeStage(gl, workbench));
  const despill = new DespillStage(gl, workbench);
  const plate = new PlateTextures(gl);
  return (await casesIn("colours")).map(({ one, planes }) => {
    const { width, height } = one;
    const area = width * height;
    let at = 0;
    const next = (bytes: number) => planes.slice(at, (at += bytes));
    const layers = edgesOf(one, more).map((edge) => layerOf(next(area), edge));
    const [luma, chroma] = [next(area), next(area / 2)];
    const [seen, cleanLuma, cleanChroma] = [next(area), next(area), next(area / 2)];
    mattes.bind([...layers.toReversed(), ...layers], one);
    plate.take({ width, height, luma, chroma }, layers);
    despill.apply(plate, { layers, first: layers.length, size: one });
    const half = { width: width / 2, height: height / 2 };
    const isSeen = (i: number) => {
      const corner = 2 * Math.floor(i / half.width) * width + 2 * (i % half.width);
      return [0, 1, width, width + 1].some((step) => (seen[corner + step] ?? 0) > 0);
    };
    return {
      luma: differenceOf(readPlane(gl, plate.luma.texture, 1, one), cleanLuma, (i) => (seen[i] ?? 0) > 0),
      chroma: differenceOf(readPlane(gl, plate.chroma.texture, 2, half), cleanChroma, (i) => isSeen(i >> 1)),
    };
  });
}

declare global {
  interface Window {
    compareCoverage: typeof compareCoverage;
    compareColours: typeof compareColours;
  }
}

window.compareCoverage = compareCoverage;
window.compareColours = compareColours;
