import { playerAssets } from "@mattebox/player/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [playerAssets()],
  worker: { format: "es", plugins: () => [playerAssets()] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../src/mattebox/server/page",
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows no data: fonts or scripts, so everything stays a file.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": process.env.MATTEBOX_SERVER ?? "http://127.0.0.1:8000" } },
});
