/** Decoding with WebCodecs. The browser decodes on its own threads, so this needs no worker. */

import type { Counters } from "../counters";
import type { Sample } from "../fmp4";
import { Signal } from "../signal";
import { DecodeError, interleave, type Decoded, type DecoderSettings, type Planes, type SegmentDecoder } from "./decoder";

/** Frames held at once: decoders with few surfaces stall when more than eight stay open. */
const AHEAD = 4;

export function configOf(settings: DecoderSettings): VideoDecoderConfig {
  const bt709 = settings.matrix === "bt709";
  return {
    codec: settings.codec,
    codedWidth: settings.width,
    codedHeight: settings.height,
    colorSpace: {
      primaries: bt709 ? "bt709" : "smpte170m",
      transfer: bt709 ? "bt709" : "smpte170m",
      matrix: bt709 ? "bt709" : "smpte170m",
      fullRange: settings.range === "full",
    },
    // Planes are read back from each picture, which hardware surfaces make slow or refuse; VP9 of
    // the preview's size takes software two milliseconds.
    hardwareAcceleration: "prefer-software",
    // A segment's first pictures are decoded while the server makes the next ones.
    optimizeForLatency: true,
  };
}

/** Whether this browser decodes these renditions with WebCodecs. */
export async function webCodecsDecodes(all: readonly DecoderSettings[]): Promise<boolean> {
  if (typeof VideoDecoder === "undefined" || typeof EncodedVideoChunk === "undefined") return false;
  try {
    const answers = await Promise.all(all.map((one) => VideoDecoder.isConfigSupported(configOf(one))));
    return answers.every((answer) => answer.supported === true);
  } catch {
    return false;
  }
}

export class WebCodecsDecoder implements SegmentDecoder {
  private decoder: VideoDecoder | null = null;
  private readonly signal = new Signal();
  private readonly output: VideoFrame[] = [];
  private generation = 0;
  /** What was given of the segment so far, of `count`. */
  private samples: Sample[] = [];
  private firstFrame = 0;
  private count = 0;
  private submitted = 0;
  private delivered = 0;
  private flushed = false;
  private failure: DecodeError | null = null;
  private scratch = new Uint8Array(0);

  constructor(
    private readonly settings: DecoderSettings,
    private readonly counters: Counters,
  ) {}

  start(firstFrame: number, count: number): void {
    const unfinished = this.delivered < this.count;
    this.dropOutput();
    this.generation++;
    this.samples = [];
    this.firstFrame = firstFrame;
    this.count = count;
    this.submitted = 0;
    this.delivered = 0;
    this.flushed = false;
    if (!this.decoder || this.decoder.state === "closed") this.open();
    else if (unfinished) {
      this.decoder.reset();
      this.decoder.configure(configOf(this.settings));
    }
    this.signal.notify();
  }

  give(samples: readonly Sample[]): void {
    this.samples.push(...samples);
    this.signal.notify();
  }

  async next(): Promise<Decoded | null> {
    const { generation } = this;
    for (;;) {
      if (this.generation !== generation) return null;
      if (this.failure) throw this.failure;
      this.feed();
      const picture = this.output.shift();
      if (picture) return this.deliver(picture);
      if (this.flushed) {
        if (this.delivered === this.count) return null;
        throw new DecodeError(`The decoder returned ${this.delivered} of ${this.count} pictures.`);
      }
      await this.signal.wait();
    }
  }

  close(): void {
    this.dropOutput();
    this.fail("The decoder was closed.");
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
  }

  private open(): void {
    this.failure = null;
    const decoder = new VideoDecoder({
      output: (frame) => {
        this.counters.openPictures++;
        this.output.push(frame);
        this.signal.notify();
      },
      error: (error) => {
        this.fail(error.message);
      },
    });
    decoder.ondequeue = () => {
      this.signal.notify();
    };
    decoder.configure(configOf(this.settings));
    this.decoder = decoder;
  }

  private feed(): void {
    const decoder = this.decoder;
    if (decoder?.state !== "configured") throw new DecodeError("The decoder was taken away.");
    while (this.output.length + decoder.decodeQueueSize < AHEAD) {
      const sample = this.samples[this.submitted];
      if (!sample) return;
      // The timestamp carries the frame index through the decoder, which is what pairing needs.
      const timestamp = this.firstFrame + this.submitted;
      const type = sample.sync ? "key" : "delta";
      decoder.decode(new EncodedVideoChunk({ type, timestamp, data: sample.data }));
      this.submitted++;
      if (this.submitted === this.count) this.flush(decoder);
    }
  }

  private flush(decoder: VideoDecoder): void {
    const { generation } = this;
    decoder.flush().then(
      () => {
        if (this.generation === generation) this.flushed = true;
        this.signal.notify();
      },
      () => {
        // Reset (another segment was started) or broken, which the error callback tells.
        this.signal.notify();
      },
    );
  }

  private async deliver(picture: VideoFrame): Promise<Decoded> {
    const frame = picture.timestamp;
    if (frame !== this.firstFrame + this.delivered) {
      this.release(picture);
      throw new DecodeError(`The decoder returned frame ${frame} out of order.`);
    }
    this.delivered++;
    try {
      return { frame, planes: await this.planesOf(picture) };
    } finally {
      this.release(picture);
    }
  }

  /** The planes as decoded: no canvas, no RGB, no range conversion. */
  private async planesOf(picture: VideoFrame): Promise<Planes> {
    const rect = picture.visibleRect;
    const { format } = picture;
    if (!rect || (format !== "I420" && format !== "NV12")) {
      throw new DecodeError(`The decoder returned a picture as ${format ?? "an opaque surface"}.`);
    }
    const { width, height } = rect;
    const luma = width * height;
    const half = width / 2;
    const chroma = luma / 4;
    const layout: PlaneLayout[] =
      format === "I420"
        ? [
            { offset: 0, stride: width },
            { offset: luma, stride: half },
            { offset: luma + chroma, stride: half },
          ]
        : [
            { offset: 0, stride: width },
            { offset: luma, stride: width },
          ];
    // A matte's chroma is copied too, the call knows no single plane, but it is not kept.
    const data = this.settings.luma ? this.takeScratch(luma + 2 * chroma) : new Uint8Array(luma + 2 * chroma);
    await picture.copyTo(data, { layout });
    if (this.settings.luma) {
      this.scratch = data;
      return { width, height, luma: data.slice(0, luma), chroma: null };
    }
    const colour = data.subarray(luma);
    if (format === "I420") interleave(colour);
    return { width, height, luma: data.subarray(0, luma), chroma: colour };
  }

  /** Room that nothing else writes to: a segment may be left while a picture of it is being copied. */
  private takeScratch(size: number): Uint8Array<ArrayBuffer> {
    const { scratch } = this;
    this.scratch = new Uint8Array(0);
    return scratch.length === size ? scratch : new Uint8Array(size);
  }

  private fail(message: string): void {
    this.failure ??= new DecodeError(message);
    this.signal.notify();
  }

  private dropOutput(): void {
    for (const frame of this.output.splice(0)) this.release(frame);
  }

  private release(frame: VideoFrame): void {
    this.counters.openPictures--;
    frame.close();
  }
}
