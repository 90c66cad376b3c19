/** The few functions of libav.js's module that the decoder uses, typed as they behave here. */

export interface LibavPacket {
  readonly data: Uint8Array;
  readonly pts: number;
  readonly ptshi: number;
  readonly dts: number;
  readonly dtshi: number;
  readonly flags: number;
}

export interface LibavPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly format: number;
  readonly pts?: number;
}

export interface Libav {
  av_log_set_level(level: number): void;
  ff_init_decoder(name: string): Promise<[codec: number, context: number, packet: number, frame: number]>;
  ff_decode_multi(
    context: number,
    packet: number,
    frame: number,
    packets: readonly LibavPacket[],
    config: { readonly fin: boolean; readonly copyoutFrame: "video_packed" },
  ): LibavPicture[] | Promise<LibavPicture[]>;
}

export const AV_PIX_FMT_YUV420P = 0;
export const AV_PKT_FLAG_KEY = 1;
const AV_LOG_FATAL = 8;

/** Loads libav.js's own two files, unchanged, from the page's server. */
export async function loadLibav(factoryUrl: string, wasmUrl: string): Promise<Libav> {
  const module = (await import(/* @vite-ignore */ factoryUrl)) as {
    default: (options: { wasmurl: string }) => Promise<Libav>;
  };
  const libav = await module.default({ wasmurl: wasmUrl });
  // The decoder's chatter would land in the page's console as errors.
  libav.av_log_set_level(AV_LOG_FATAL);
  return libav;
}
