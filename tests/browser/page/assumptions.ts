/** What the player takes for granted of the platform, each as a question with a yes or no. */

import { readInit, readSegment, type Sample } from "../../../web/packages/player/src/fmp4";
import { rest } from "./until";

interface Segment {
  readonly codec: string;
  readonly samples: Sample[];
}

interface SoundInfo {
  readonly sample_rate: number;
  readonly channels: number;
  readonly total_samples: number;
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
  await rest(100);
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

/** Page and workers tell the same time, which the sound's clock is carried over by. */
async function sharesItsClock(): Promise<Answer> {
  const source = `onmessage = () => postMessage(performance.timeOrigin + performance.now())`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  let least = Infinity;
  for (let i = 0; i < 20; i++) {
    const asked = performance.timeOrigin + performance.now();
    const told = await new Promise<number>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<number>) => {
        resolve(data);
      };
      worker.postMessage(null);
    });
    const answered = performance.timeOrigin + performance.now();
    // How far the worker's time lies outside the time that the question took.
    least = Math.min(least, Math.max(0, asked - told, told - answered));
  }
  worker.terminate();
  return { "page and worker share a clock, to the millisecond": least < 1 };
}

/** FLAC decodes to the samples that went in, without a gesture and without a sound card. */
async function decodesFlac(): Promise<Answer> {
  const about = (await (await fetch("/api/v1/projects/p1/sound")).json()) as SoundInfo;
  const flac = await bytes("/api/v1/projects/p1/sound/0.flac");
  const codec = new OfflineAudioContext(about.channels, 1, about.sample_rate);
  const decoded = await codec.decodeAudioData(flac.slice().buffer);
  const samples = decoded.getChannelData(0);
  const first = samples.findIndex((sample) => Math.abs(sample) > 0.3);
  const frames = (await (await fetch("/api/v1/projects/p1/frame-table")).json()) as { ticks: number[]; timescale: number };
  // The fixture's first click is at its twelfth frame (`support/fixture.py`).
  const click = Math.floor(((frames.ticks[12] ?? 0) * about.sample_rate) / frames.timescale);
  return {
    "FLAC decodes to its number of samples": decoded.length === about.total_samples,
    "FLAC decodes without a delay": first === click,
  };
}

/** Buffers that are scheduled end to end are heard as one, to the sample. */
async function schedulesExactly(): Promise<Answer> {
  const rate = 48000;
  const length = 6000;
  const cut = 1777;
  const noise = Float32Array.from({ length }, (_, i) => Math.sin(i * i));
  const play = async (parts: readonly (readonly [number, number, number])[], speed = 1) => {
    const context = new OfflineAudioContext(1, length + 2000, rate);
    for (const [start, end, at] of parts) {
      const buffer = context.createBuffer(1, end - start, rate);
      buffer.copyToChannel(noise.slice(start, end), 0);
      const source = new AudioBufferSourceNode(context, { buffer, playbackRate: speed });
      source.connect(context.destination);
      source.start(at / rate);
    }
    return (await context.startRendering()).getChannelData(0);
  };
  const whole = await play([[0, cut, 501], [cut, length, 501 + cut]]);
  const fast = await play([[0, length, 0]], 2);
  return {
    "buffers end to end leave no gap and no seam": noise.every((sample, i) => whole[501 + i] === sample),
    "a source starts at its very sample": whole.subarray(0, 501).every((sample) => sample === 0),
    "playbackRate 2 plays every other sample": [10, 1000, 2900].every((i) => Math.abs((fast[i] ?? 0) - (noise[2 * i] ?? 0)) < 1e-4),
  };
}

/** An audio context's time only rises, at the rate of the system's, and says what is heard. */
async function keepsAudioTime(): Promise<Answer> {
  const context = new AudioContext({ sampleRate: 44100 });
  await context.resume();
  const readings: { at: number; current: number; heard: number; heardAt: number }[] = [];
  for (let i = 0; i < 40; i++) {
    await rest(25);
    const { contextTime = -1, performanceTime = -1 } = context.getOutputTimestamp();
    readings.push({ at: performance.now(), current: context.currentTime, heard: contextTime, heardAt: performanceTime });
  }
  const { sampleRate, baseLatency, outputLatency } = context;
  await context.close();
  const settled = readings.slice(10);
  const [first, last] = [settled[0], settled.at(-1)];
  if (!first || !last) throw new Error("nothing was read");
  const span = (last.at - first.at) / 1000;
  const drift = Math.abs(last.heard - last.heardAt / 1000 - (first.heard - first.heardAt / 1000));
  return {
    "an audio context runs at the rate it is asked for": sampleRate === 44100,
    "its time only rises": readings.every(({ current }, i) => i === 0 || current >= (readings[i - 1]?.current ?? 0)),
    "its time goes on like the system's": Math.abs(last.current - first.current - span) < 0.1,
    "what is heard lies behind its time, and goes on evenly": settled.every(({ heard, current }) => heard <= current) && drift < 0.02,
    "latencies are told in seconds": baseLatency > 0 && baseLatency < 1 && outputLatency >= 0 && outputLatency < 1,
  };
}

async function ask(): Promise<Answer> {
  const matte = await segment();
  return {
    ...(await sharesItsClock()),
    ...(await decodesFlac()),
    ...(await schedulesExactly()),
    ...(await keepsAudioTime()),
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
