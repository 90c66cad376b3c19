/** Builds the test pages and opens them in the system's Chromium. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { mkdtempSync, rmSync } from "node:fs";

const web = fileURLToPath(new URL("../../../web/", import.meta.url));
const require = createRequire(join(web, "package.json"));

async function load(name) {
  const module = await import(pathToFileURL(require.resolve(name)).href);
  return module.default?.build || module.default?.chromium ? module.default : module;
}

/** Puts the tests' own hand on the graphics context into the player's worker, beside the engine. */
function tap(root) {
  const module = JSON.stringify(join(root, "tap.ts"));
  return {
    name: "tap",
    transform: (code, id) => (id.endsWith("/engine.worker.ts") ? `import ${module};\n${code}` : null),
  };
}

/** The pages in `../page`, built as an app would build the player. Returns the folder. */
export async function buildPages() {
  const { build } = await load("vite");
  const { playerAssets } = await import(pathToFileURL(join(web, "packages/player/vite.js")).href);
  const outDir = mkdtempSync(join(tmpdir(), "mattebox-pages-"));
  const root = fileURLToPath(new URL("../page/", import.meta.url));
  await build({
    root,
    configFile: false,
    logLevel: "error",
    plugins: [playerAssets()],
    resolve: { alias: { "@mattebox/player": join(web, "packages/player/src/index.ts"), "hls.js": require.resolve("hls.js") } },
    worker: { format: "es", plugins: () => [playerAssets(), tap(root)] },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2023",
      assetsInlineLimit: 0,
      minify: false,
      rolldownOptions: {
        input: ["harness", "hls", "assumptions", "sound", "soak", "edge"].map((page) => join(root, `${page}.html`)),
      },
    },
  });
  return { folder: outDir, remove: () => rmSync(outDir, { recursive: true, force: true }) };
}

function executablePath() {
  const candidates = [
    process.env.MATTEBOX_CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error("No Chromium was found; install it or set MATTEBOX_CHROMIUM.");
  return found;
}

/** Opens Chromium; `args` are added to the flags. Without `autoplay` sound waits for a gesture. */
export async function launch(args = [], { autoplay = true } = {}) {
  const { chromium } = await load("playwright-core");
  return chromium.launch({
    executablePath: executablePath(),
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--autoplay-policy=${autoplay ? "no-user-gesture-required" : "document-user-activation-required"}`,
      ...args,
    ],
  });
}

/** A page whose console errors and exceptions are collected in `problems`. */
export async function openPage(browser, address) {
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(address);
  return { page, problems };
}
