/** Worker that decodes VP9 with libav.js: one picture per request, so a new segment can cut in. */

import { interleave } from "./decoder";
import { AV_PIX_FMT_YUV420P, AV_PKT_FLAG_KEY, loadLibav, type Libav, type LibavPicture } from "./libav";
import type { FromWasm, ToWasm } from "./wasm-protocol";

interface Segment {
  readonly generation: number;
  readonly firstFrame: number;
  readonly samples: Uint8Array[];
  position: number;
}

/** A decoder with its context, packet and frame, as libav.js's calls take them. */
class Codec {
  private constructor(
    private readonly libav: Libav,
    private readonly context: number,
    private readonly packet: number,
    private readonly frame: number,
  ) {}

  static async open(factoryUrl: string, wasmUrl: string): Promise<Codec> {
    const libav = await loadLibav(factoryUrl, wasmUrl);
    const [, context, packet, frame] = await libav.ff_init_decoder("libvpx-vp9");
    return new Codec(libav, context, packet, frame);
  }

  /** The one picture of one sample: nothing is reordered and nothing is held back. */
  async decode(data: Uint8Array, index: number, sync: boolean): Promise<LibavPicture> {
    const packet = { data, pts: index, ptshi: 0, dts: index, dtshi: 0, flags: sync ? AV_PKT_FLAG_KEY : 0 };
    const config = { fin: false, copyoutFrame: "video_packed" } as const;
    const pictures = await this.libav.ff_decode_multi(this.context, this.packet, this.frame, [packet], config);
    const [picture] = pictures;
    if (!picture || pictures.length > 1) throw new Error(`Frame ${index} decoded to ${pictures.length} pictures.`);
    if (picture.format !== AV_PIX_FMT_YUV420P) throw new Error(`Frame ${index} is not 8-bit 4:2:0.`);
    return picture;
  }
}

let codec: Promise<Codec> | null = null;
let luma = false;
let segment: Segment | null = null;
/** Requests run one after another: the codec has state. */
let queue: Promise<void> = Promise.resolve();

async function decodeNext(generation: number): Promise<void> {
  if (!codec || segment?.generation !== generation) return;
  const current = segment;
  const data = current.samples[current.position];
  if (!data) return;
  const frame = current.firstFrame + current.position;
  const picture = await (await codec).decode(data, frame, current.position === 0);
  current.position++;
  const { width, height } = picture;
  const pixels = luma ? picture.data.slice(0, width * height) : picture.data;
  if (!luma) interleave(pixels.subarray(width * height));
  const message: FromWasm = { kind: "picture", generation, frame, width, height, data: pixels };
  postMessage(message, { transfer: [pixels.buffer] });
}

function fail(error: unknown): void {
  const message: FromWasm = {
    kind: "failure",
    message: error instanceof Error ? error.message : String(error),
  };
  postMessage(message);
}

onmessage = ({ data }: MessageEvent<ToWasm>) => {
  if (data.kind === "open") {
    luma = data.luma;
    codec = Codec.open(data.factoryUrl, data.wasmUrl);
    codec.catch(fail);
  } else if (data.kind === "start") {
    segment = { ...data, samples: [], position: 0 };
  } else if (data.kind === "give") {
    if (segment?.generation === data.generation) segment.samples.push(...data.samples);
  } else {
    const { generation } = data;
    queue = queue.then(() => decodeNext(generation)).catch(fail);
  }
};
