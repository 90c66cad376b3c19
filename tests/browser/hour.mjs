/**
 * An hour-long clip in flat memory: `node hour.mjs FIXTURE [--through RATE] [--decoder NAME]`. Seeks
 * and plays all over the clip and watches what the page and its workers hold. With `--through` it is also
 * played from end to end at that rate, which takes minutes.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { endless } from "./support/endless.mjs";
import { withBrowser } from "./support/harness.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { through: { type: "string" }, decoder: { type: "string", default: "auto" } },
});
const [fixture] = positionals;
/** Of the fixture's 14/3 seconds: 3603 s in all. */
const REPEATS = 772;
const FRAMES = 96;
const BUFFER_BYTES = 32 * 2 ** 20;
const ROUNDS = 4;
/** What they may hold more after the first round. */
const GROWTH_MB = 8;

/** Lets the page collect its garbage and measure at once when it is asked to. */
const FLAGS = ["--enable-blink-features=ForceEagerMeasureMemory"];

/** What page and workers hold after a collection of garbage, in MB. */
async function heldMb(page) {
  const { bytes } = await page.evaluate(() => performance.measureUserAgentSpecificMemory());
  return Math.round(bytes / 2 ** 20);
}

/** Seeks to places far from each other and plays a little here and there. Runs in the page. */
async function roam({ round, frames }) {
  const { harness } = window;
  const { player } = harness;
  // What is on the canvas already is not told of anew when it is sought.
  harness.readings.splice(0, harness.readings.length - 1);
  for (let i = 0; i < 12; i += 1) {
    // The golden ratio spreads the places evenly.
    await player.seek(Math.floor((((round * 12 + i) * 0.618034) % 1) * frames));
    await harness.paired();
    if (i % 4 > 0) continue;
    player.setRate(i === 4 ? 8 : 1);
    player.play();
    await window.rest(1000);
    player.pause();
  }
  const stats = await player.stats();
  const readings = harness.readings.map(({ frame, plate, mask, matte }) => ({ frame, plate, mask, matte }));
  return { stats, readings };
}

/** Plays the whole clip; resolves with what was presented. Runs in the page. */
async function playThrough(rate) {
  const { harness } = window;
  await harness.player.seek(0);
  const before = await harness.player.stats();
  harness.player.setReadback(null);
  const begun = performance.now();
  const drop = setInterval(() => harness.readings.splice(0), 1000);
  await harness.playThrough(rate);
  clearInterval(drop);
  const after = await harness.player.stats();
  return {
    seconds: Math.round((performance.now() - begun) / 1000),
    presented: after.presented - before.presented,
    passed: after.presented + after.skipped - before.presented - before.skipped,
    mostSoundMb: after.soundBytes / 2 ** 20,
  };
}

/** What `act` gave, and the memory it took on the way. */
async function watched(page, act) {
  const memoryMb = [];
  let over = false;
  const watch = (async () => {
    for (; !over; await new Promise((resolve) => setTimeout(resolve, 5000))) memoryMb.push(await heldMb(page));
  })();
  const result = await act().finally(() => (over = true));
  await watch;
  return { ...result, memoryMb };
}

function check(readings) {
  const wrong = readings.filter(({ frame, plate, mask, matte }) =>
    plate !== frame % FRAMES || (matte === "paired" && mask !== frame % FRAMES));
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} mismatched pictures`);
}

await withBrowser(async ({ site, open }) => {
  const stream = join(fixture, "stream", "right");
  const origin = await site({ stream, faults: endless(stream, REPEATS), caching: false });
  const { page, problems } = await open(`${origin}/harness.html`);
  const frames = await page.evaluate(async (options) => {
    window.harness = new window.Harness({ projectId: "p1", sound: true, ...options });
    await window.harness.player.load();
    return window.harness.player.frameCount;
  }, { bufferBytes: BUFFER_BYTES, cacheBytes: 4 * 2 ** 20, decoder: values.decoder });
  assert.equal(frames, REPEATS * FRAMES);
  const summary = { hours: frames / FRAMES * (14 / 3) / 3600, memoryMb: [], soundMb: [], bufferedMb: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { stats, readings } = await page.evaluate(roam, { round, frames });
    check(readings);
    summary.memoryMb.push(await heldMb(page));
    summary.soundMb.push(Math.round(stats.soundBytes / 2 ** 20));
    summary.bufferedMb.push(Math.round(stats.bufferedBytes / 2 ** 20));
    summary.openPictures = stats.openPictures;
  }
  if (values.through) {
    summary.through = await watched(page, () => page.evaluate(playThrough, Number(values.through)));
  }
  assert.deepEqual(problems, []);
  const [, second, ...later] = summary.memoryMb;
  assert.ok(Math.max(...later) <= second + GROWTH_MB, `memory grows: ${summary.memoryMb} MB`);
  assert.ok(Math.max(...summary.bufferedMb) * 2 ** 20 <= BUFFER_BYTES + 2 ** 20);
  return summary;
}, FLAGS);
