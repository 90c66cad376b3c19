import { playerAssets } from "@mattebox/player/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [playerAssets()],
  test: {
    include: ["packages/*/test/**/*.test.ts", "app/test/**/*.test.ts"],
    setupFiles: ["vitest.setup.js"],
    // A guard against hanging, which a busy machine does not reach.
    testTimeout: 60_000,
  },
});
