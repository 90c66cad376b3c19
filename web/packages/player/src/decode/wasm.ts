// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- apps compile this source, and need to know the plugin's module
/// <reference path="../virtual.d.ts" />
/** Decoding with libav.js (libvpx in WebAssembly), each decoder in a worker of its own. */

import { factoryUrl, wasmUrl } from "virtual:mattebox-libav";
import type { Sample } from "../fmp4";
import { Signal } from "../signal";
import { DecodeError, type Decoded, type DecoderSettings, type SegmentDecoder } from "./decoder";
import type { FromWasm, ToWasm } from "./wasm-protocol";

/** Pictures asked for ahead, so that the worker decodes while the last one is being used. */
const AHEAD = 3;

export function wasmDecodes(settings: DecoderSettings): boolean {
  return settings.codec.startsWith("vp09.00") && typeof WebAssembly === "object";
}

export class WasmDecoder implements SegmentDecoder {
  private readonly worker: Worker;
  private readonly signal = new Signal();
  private readonly output: Decoded[] = [];
  private failure: DecodeError | null = null;
  private generation = 0;
  /** How many samples the segment has, and how many of them were given. */
  private count = 0;
  private given = 0;
  private requested = 0;
  private delivered = 0;

  constructor(settings: DecoderSettings) {
    this.worker = new Worker(new URL("./wasm.worker.ts", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }: MessageEvent<FromWasm>) => {
      this.receive(data);
    };
    this.worker.onerror = (event) => {
      this.fail(event.message || "The WASM decoder's worker could not be started.");
    };
    const absolute = (url: string) => new URL(url, globalThis.location.href).href;
    this.post({
      kind: "open",
      factoryUrl: absolute(factoryUrl),
      wasmUrl: absolute(wasmUrl),
      luma: settings.luma,
    });
  }

  start(firstFrame: number, count: number): void {
    this.generation++;
    this.output.length = 0;
    this.count = count;
    this.given = 0;
    this.requested = 0;
    this.delivered = 0;
    this.post({ kind: "start", generation: this.generation, firstFrame });
    this.signal.notify();
  }

  give(samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    this.given += samples.length;
    const data = samples.map((sample) => sample.data.slice());
    const message: ToWasm = { kind: "give", generation: this.generation, samples: data };
    this.worker.postMessage(message, data.map((bytes) => bytes.buffer));
    this.signal.notify();
  }

  async next(): Promise<Decoded | null> {
    const { generation } = this;
    for (;;) {
      if (this.generation !== generation) return null;
      if (this.failure) throw this.failure;
      while (this.requested < Math.min(this.given, this.delivered + AHEAD)) {
        this.requested++;
        this.post({ kind: "next", generation });
      }
      const decoded = this.output.shift();
      if (decoded) {
        this.delivered++;
        return decoded;
      }
      if (this.delivered === this.count) return null;
      await this.signal.wait();
    }
  }

  close(): void {
    this.worker.terminate();
    this.fail("The decoder was closed.");
  }

  private receive(message: FromWasm): void {
    if (message.kind === "failure") {
      this.fail(message.message);
      return;
    }
    if (message.generation !== this.generation) return;
    const { frame, width, height, data } = message;
    const luma = width * height;
    const chroma = data.length > luma ? data.subarray(luma) : null;
    this.output.push({ frame, planes: { width, height, luma: data.subarray(0, luma), chroma } });
    this.signal.notify();
  }

  private fail(message: string): void {
    this.failure ??= new DecodeError(message);
    this.signal.notify();
  }

  private post(message: ToWasm): void {
    this.worker.postMessage(message);
  }
}
