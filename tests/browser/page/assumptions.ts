/** What the player takes for granted of the platform, each as a question with a yes or no. */

import { readInit, readSegment, type Sample } from "../../../web/packages/player/src/fmp4";

interface Segment {
  readonly codec: string;
  readonly samples: Sample[];
}

type Answer = Record<string, boolean | string>;

async function bytes(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

/** The first segment of the first object's matte. */
async function segment(): Promise<Segment> {
  const manifest = (await (await fetch("/api/v1/projects/p1/manifest?revision=1")).json()) as {
    objects: { matte: { codec: string; init: string; template: string; addresses: string[] } }[];
  };
  const matte = manifest.objects[0]?.matte;
  const address = matte?.addresses[0];
  if (!matte || address === undefined) throw new Error("the fixture has no matte");
  const init = readInit(await bytes(matte.init));
  return { codec: matte.codec, samples: readSegment(await bytes(matte.template.replace("{address}", address)), init) };
}

function decoderOf(codec: string, output: (frame: VideoFrame) => void, failed: (error: Error) => void) {
  const decoder = new VideoDecoder({ output, error: failed });
  decoder.configure({ codec, codedWidth: 320, codedHeight: 180, hardwareAcceleration: "prefer-software" });
  return decoder;
}

function chunk(sample: Sample, timestamp: number): EncodedVideoChunk {
  return new EncodedVideoChunk({ type: sample.sync ? "key" : "delta", timestamp, data: sample.data });
}

/** Timestamps go through untouched, one picture for each sample, in order, as I420 or NV12. */
async function decodesInOrder({ codec, samples }: Segment): Promise<Answer> {
  const seen: number[] = [];
  const formats = new Set<string | null>();
  const ranges = new Set<boolean | null | undefined>();
  const decoder = decoderOf(
    codec,
    (frame) => {
      seen.push(frame.timestamp);
      formats.add(frame.format);
      ranges.add(frame.colorSpace.fullRange);
      frame.close();
    },
    () => undefined,
  );
  samples.forEach((sample, i) => {
    decoder.decode(chunk(sample, 1000 + i));
  });
  await decoder.flush();
  decoder.close();
  return {
    "one picture for each sample, in order, with its timestamp": seen.join() === samples.map((_, i) => 1000 + i).join(),
    "pictures come as I420 or NV12": [...formats].every((format) => format === "I420" || format === "NV12"),
    "full range is told": [...ranges].every((full) => full === true),
  };
}

/** After flush() only a sync frame may follow; after reset() nothing old comes out. */
async function startsOnSyncFrames({ codec, samples }: Segment): Promise<Answer> {
  const [first, second] = samples;
  if (!first || !second) throw new Error("the segment is too short");
  let late = 0;
  const decoder = decoderOf(codec, (frame) => {
    late += 1;
    frame.close();
  }, () => undefined);
  decoder.decode(chunk(first, 0));
  await decoder.flush();
  let refused = false;
  try {
    decoder.decode(chunk(second, 1));
  } catch {
    refused = true;
  }
  late = 0;
  decoder.reset();
  decoder.configure({ codec, codedWidth: 320, codedHeight: 180 });
  for (let i = 0; i < 6; i++) decoder.decode(chunk(samples[i] ?? first, i));
  decoder.reset();
  await new Promise((resolve) => setTimeout(resolve, 100));
  decoder.close();
  return { "a delta frame after flush() is refused": refused, "reset() drops what is under way": late === 0 };
}

/** What goes into an R8 texture comes out of the shader, at texel centres, to the last bit. */
function samplesExactly(): Answer {
  const canvas = new OffscreenCanvas(256, 1);
  const gl = canvas.getContext("webgl2");
  if (!gl) return { "WebGL 2 in an OffscreenCanvas": false };
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, "#version 300 es\nvoid main(){vec2 c=vec2((gl_VertexID<<1)&2,gl_VertexID&2);gl_Position=vec4(c*2.-1.,0.,1.);}"],
    [gl.FRAGMENT_SHADER, "#version 300 es\nprecision highp float;uniform sampler2D t;out vec4 c;void main(){c=vec4(texture(t,gl_FragCoord.xy/vec2(256.,1.)).rrr,1.);}"],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) continue;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.LINEAR);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, 256, 1, 0, gl.RED, gl.UNSIGNED_BYTE, ramp);
  gl.drawArrays(gl.TRIANGLES, 0, 3);
  const out = new Uint8Array(1024);
  gl.readPixels(0, 0, 256, 1, gl.RGBA, gl.UNSIGNED_BYTE, out);
  return { "R8 textures keep all 256 values": ramp.every((value, i) => out[i * 4] === value) };
}

/** Workers can do what the engine does in one. */
async function worksInWorkers(): Promise<Answer> {
  const source = `postMessage([typeof requestAnimationFrame, typeof Worker, typeof VideoDecoder,
    typeof OffscreenCanvas, typeof WebAssembly].join())`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  const found = await new Promise<string>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<string>) => {
      resolve(data);
    };
  });
  worker.terminate();
  return { "workers animate, decode, draw and nest": found === "function,function,function,function,object" ? true : found };
}

async function ask(): Promise<Answer> {
  const matte = await segment();
  return {
    ...(await decodesInOrder(matte)),
    ...(await startsOnSyncFrames(matte)),
    ...samplesExactly(),
    ...(await worksInWorkers()),
  };
}

declare global {
  interface Window {
    askPlatform: typeof ask;
  }
}

window.askPlatform = ask;
