/**
 * Vite plugin: serves libav.js's factory module and WebAssembly from the page's own origin, as the
 * package ships them. They stay files of their own, so that they can be replaced (LGPL).
 */

import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { readdirSync } from "node:fs";

const MODULE = "virtual:mattebox-libav";

function libavFiles() {
  const folder = dirname(createRequire(import.meta.url).resolve("@libav.js/variant-webm-vp9"));
  const find = (ending) => {
    const name = readdirSync(folder).find((file) => file.endsWith(ending));
    if (!name) throw new Error(`No ${ending} in ${basename(folder)} of @libav.js/variant-webm-vp9.`);
    return join(folder, name);
  };
  return { factory: find(".wasm.mjs"), wasm: find(".wasm.wasm") };
}

/** @returns {import("vite").Plugin} */
export function playerAssets() {
  return {
    name: "mattebox-player-assets",
    resolveId(id) {
      return id === MODULE ? `\0${MODULE}` : undefined;
    },
    load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      const { factory, wasm } = libavFiles();
      const address = (file) => JSON.stringify(`${file}?url&no-inline`);
      return [
        `export { default as factoryUrl } from ${address(factory)};`,
        `export { default as wasmUrl } from ${address(wasm)};`,
      ].join("\n");
    },
  };
}
