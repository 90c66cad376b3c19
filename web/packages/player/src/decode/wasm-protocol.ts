/** Messages between the WASM decoder's client and its worker. */

export type ToWasm =
  | {
      readonly kind: "open";
      /** Addresses of libav.js's factory module and its WebAssembly. */
      readonly factoryUrl: string;
      readonly wasmUrl: string;
      readonly luma: boolean;
    }
  | { readonly kind: "start"; readonly generation: number; readonly firstFrame: number }
  /** The segment's next samples. */
  | { readonly kind: "give"; readonly generation: number; readonly samples: readonly Uint8Array[] }
  /** Asks for one more picture of the segment. */
  | { readonly kind: "next"; readonly generation: number };

export type FromWasm =
  | {
      readonly kind: "picture";
      readonly generation: number;
      readonly frame: number;
      readonly width: number;
      readonly height: number;
      /** The luma, and after it, unless luma was asked for alone, pairs of U and V. */
      readonly data: Uint8Array;
    }
  | { readonly kind: "failure"; readonly message: string };
