/**
 * How fast the player shows pictures: `node benchmarks/player.mjs [--clips DIR] [--json FILE]`. Plays
 * the sample clip, repeated, at 720p and 1080p with both decoders: how many pictures a second can be
 * drawn and decoded, what is shown and dropped at real time, and what a dragging hand sees; and the
 * processor time that each picture takes, which does not depend on what else the machine does.
 * `--clips` is where the clips are or shall be written; `--seconds` (default 6) is how long each thing
 * is done, `--height` and `--decoder` leave the others out. With `--edges` the film is played through
 * some edges instead, in the cutout view. Prints JSON.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildPages, launch, openPage } from "../tests/browser/support/browser.mjs";
import { endless } from "../tests/browser/support/endless.mjs";
import { serve } from "../tests/browser/support/server.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    clips: { type: "string" },
    json: { type: "string" },
    seconds: { type: "string", default: "6" },
    height: { type: "string" },
    decoder: { type: "string" },
    edges: { type: "boolean", default: false },
  },
});
const SIZES = [[1280, 720], [1920, 1080]].filter(([, height]) => !values.height || Number(values.height) === height);
const DECODERS = ["webcodecs", "wasm"].filter((decoder) => !values.decoder || values.decoder === decoder);
const FILM_RATE = 24;
const RATES = [24, 30, 60];
/** Faster than any decoder: playback waits for each picture. */
const FASTEST = 40;
const REPEATS = 200;
const NEUTRAL = { clip_black: 0, clip_white: 1, smooth: 0, grow: 0, feather: 0, despill: 0 };
const EDGES = {
  none: NEUTRAL,
  "grow 1, feather 3": { ...NEUTRAL, grow: 1, feather: 3 },
  "despill": { ...NEUTRAL, despill: 1 },
  "grow 1, feather 3, despill": { ...NEUTRAL, grow: 1, feather: 3, despill: 1 },
};
/** Lets the page draw as often as it can instead of sixty times a second. */
const UNBOUND = ["--disable-frame-rate-limit", "--disable-gpu-vsync"];

function clips() {
  const folder = values.clips ?? join(mkdtempSync(join(tmpdir(), "mattebox-clips-")), "clips");
  if (!existsSync(folder)) {
    const python = join(root, ".venv", "bin", "python");
    execFileSync(python, ["-m", "benchmarks.player_clips", folder], { cwd: root, stdio: "inherit" });
  }
  return folder;
}

/** A player on the clip, in a page of its own, shown at the clip's size. */
async function start(browser, origin, decoder, [width, height]) {
  const { page } = await openPage(browser, `${origin}/harness.html`);
  await page.setViewportSize({ width, height });
  await page.evaluate(async (options) => {
    const harness = new window.Harness({ projectId: "p1", decoder: options.decoder, autoResize: true });
    window.harness = harness;
    harness.canvas.style.width = `${options.width}px`;
    harness.canvas.style.height = `${options.height}px`;
    harness.player.setReadback(null);
    await harness.player.load(1);
    await harness.player.seek(0);
    await harness.paired();
  }, { decoder, width, height });
  return page;
}

/** Begins to play from the start. Runs in the page. */
async function begin({ rate, width, loop }) {
  const { player, canvas } = window.harness;
  const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  if (width) canvas.style.width = `${width}px`;
  player.setLoop(loop ?? null);
  await player.seek(0);
  await window.harness.paired();
  await rest(1500);
  player.setRate(rate);
  player.play();
  await rest(1500);
}

/** What was shown and what was not in the next so many seconds. Runs in the page. */
async function watch(seconds) {
  const { player } = window.harness;
  const before = await player.stats();
  const begun = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const after = await player.stats();
  const took = (performance.now() - begun) / 1000;
  const gone = (name) => after[name] - before[name];
  return {
    shown: gone("presented"),
    shownPerSecond: gone("presented") / took,
    passedPerSecond: (gone("presented") + gone("skipped")) / took,
    dropped: gone("skipped"),
    stalls: gone("stalls"),
    pending: gone("presentedPending"),
    drawScale: after.drawScale,
  };
}

/** Seconds of processor time that each kind of the browser's processes has taken. */
async function processorTimes(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const times = { renderer: 0, GPU: 0, browser: 0 };
  for (const { type, cpuTime } of processInfo) if (type in times) times[type] += cpuTime;
  return times;
}

/** Plays from the start; what was shown, and what each picture took of the processor. */
async function play(browser, page, { seconds, ...options }) {
  await page.evaluate(begin, options);
  const before = await processorTimes(browser);
  const { shown, ...seen } = await page.evaluate(watch, seconds);
  const after = await processorTimes(browser);
  await page.evaluate(() => window.harness.player.pause());
  const each = Object.entries(after).map(([type, time]) => [type, ((time - before[type]) * 1000) / shown]);
  const processorMs = Object.fromEntries(each.map(([type, ms]) => [type, tenth(ms)]));
  return { ...rounded(seen), processorMs };
}

/** Drags to and fro over a range of frames, a wish for each animation frame. Runs in the page. */
async function drag({ from, to, seconds }) {
  const { harness } = window;
  const { player } = harness;
  await player.seek(from);
  await harness.paired();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const begun = performance.now();
  const asked = new Map();
  const waits = [];
  const stop = player.on("frame", ({ frame, drawnAt }) => {
    if (asked.has(frame)) waits.push(drawnAt - asked.get(frame));
  });
  let wishes = 0;
  for (let now = begun; now < begun + seconds * 1000; now = performance.now()) {
    // Two seconds there and back.
    const swing = Math.abs((((now - begun) / 2000) % 2) - 1);
    const frame = Math.round(to + (from - to) * swing);
    if (player.frame !== frame) {
      asked.set(frame, performance.now());
      void player.seek(frame);
      wishes += 1;
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  const took = (performance.now() - begun) / 1000;
  stop();
  waits.sort((a, b) => a - b);
  const { bufferedBytes } = await player.stats();
  return {
    wishesPerSecond: wishes / took,
    shownPerSecond: waits.length / took,
    medianWaitMs: waits[waits.length >> 1] ?? null,
    p95WaitMs: waits[Math.floor(waits.length * 0.95)] ?? null,
    bufferedMb: bufferedBytes / 2 ** 20,
  };
}

const tenth = (value) => (value === null ? null : Math.round(value * 10) / 10);

const rounded = (result) => Object.fromEntries(Object.entries(result).map(([name, value]) => [name, tenth(value)]));

async function measure(browser, unbound, origin, decoder, size) {
  const seconds = Number(values.seconds);
  const result = {};
  let page = await start(unbound, origin, decoder, size);
  // What is decoded already, again and again: nothing but drawing.
  const drawn = await play(unbound, page, { rate: RATES.at(-1) / FILM_RATE * 4, seconds, loop: [0, 48] });
  await page.close();
  page = await start(browser, origin, decoder, size);
  // On a canvas of a few pixels: nothing but decoding.
  const decoded = await play(browser, page, { rate: FASTEST, seconds, width: 16 });
  await page.close();
  result.drawnPerSecond = drawn.shownPerSecond;
  result.drawnAtScale = drawn.drawScale;
  result.drawingMs = drawn.processorMs;
  result.decodedPerSecond = decoded.passedPerSecond;
  page = await start(browser, origin, decoder, size);
  for (const rate of RATES) {
    result[`at${rate}`] = await play(browser, page, { rate: rate / FILM_RATE, seconds });
  }
  result.draggedOverBuffered = rounded(await page.evaluate(drag, { from: 300, to: 340, seconds }));
  result.draggedOverTheClip = rounded(await page.evaluate(drag, { from: 500, to: 8000, seconds }));
  await page.close();
  return result;
}

/** The film through each edge. */
async function measureEdges(browser, unbound, origin, decoder, size) {
  const result = {};
  for (const [name, edge] of Object.entries(EDGES)) {
    const page = await start(browser, origin, decoder, size);
    await page.evaluate((given) => {
      const { player } = window.harness;
      player.setView({ kind: "cutout" });
      player.setObjects(player.manifest.objects.map(({ id, color }) => ({ id, color, visible: true, edge: given })));
    }, edge);
    result[name] = await play(browser, page, { rate: 1, seconds: Number(values.seconds) });
    await page.close();
  }
  return result;
}

const folder = clips();
const pages = await buildPages();
const browsers = [await launch(), await launch(UNBOUND)];
try {
  const [{ model }] = cpus();
  const report = { machine: `${model.trim()}, ${cpus().length} threads`, browser: browsers[0].version(), results: {} };
  for (const size of SIZES) {
    const stream = join(folder, String(size[1]));
    const site = await serve({ pages: pages.folder, stream, faults: endless(stream, REPEATS) });
    for (const decoder of DECODERS) {
      report.results[`${size[1]}p ${decoder}`] = await (values.edges ? measureEdges : measure)(...browsers, site.origin, decoder, size);
    }
    await site.close();
  }
  const text = JSON.stringify(report, null, 2);
  console.log(text);
  if (values.json) writeFileSync(values.json, `${text}\n`);
} finally {
  for (const browser of browsers) await browser.close();
  pages.remove();
}
