import type { Plugin } from "vite";

/** Serves libav.js's files beside the build's own. Add it to `plugins` and `worker.plugins`. */
export function playerAssets(): Plugin;
