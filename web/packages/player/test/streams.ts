/** Streams for tests of what happens before anything is decoded. */

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Rendition } from "../src/manifest";
import { RenditionStream } from "../src/rendition-stream";

type Options = ConstructorParameters<typeof RenditionStream>[1];

/** What a test has to say of a stream; it may say more. */
type Given = Pick<Options, "table" | "grid" | "fetcher" | "counters"> & Partial<Options>;

/** Asks `server`, and fails where something came that can be decoded. */
export function undecodedStream(server: Server, rendition: Rendition, given: Given): RenditionStream {
  const { port } = server.address() as AddressInfo;
  return new RenditionStream(rendition, {
    baseUrl: `http://127.0.0.1:${port}/`,
    decoders: 1,
    makeDecoder: () => {
      throw new Error("Nothing came that could be decoded.");
    },
    onPicture: () => undefined,
    onChange: () => undefined,
    onError: () => undefined,
    onBroken: () => undefined,
    ...given,
  });
}
