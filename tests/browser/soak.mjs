/**
 * The long bar-code test: `node soak.mjs FIXTURE [--actions N] [--seed S] [--decoder NAME]`. Plays,
 * seeks, drags, steps, changes of rate, revision, view, size and visible objects, wipes, loops, live
 * masks, a hidden page and a lost graphics context in random order, on a network that is slow,
 * stalled, broken or gone by turns; every presented picture is read back. N actions (default 80) are
 * done with each decoder. A failure prints the seed that repeats the same actions.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withBrowser } from "./support/harness.mjs";
import { unreliable } from "./support/network.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    actions: { type: "string", default: "80" },
    seed: { type: "string", default: String(1 + Math.floor(Math.random() * 2e9)) },
    decoder: { type: "string" },
  },
});
const [fixture] = positionals;
const seed = Number(values.seed);
const BATCH = 40;
const LEAST_PAIRED = 100;
/** Four for each of plate, two mattes and two compared ones, and as many again on their way. */
const MOST_OPEN = 40;
/** What page and workers may hold, in MB, however short the run: twice the most that a long one ever did. */
const MOST_MB = 32;
/** What they may hold more once a long run has seen everything. */
const GROWTH_MB = 8;
/** Points in time that the summary tells of. */
const POINTS = 12;

/** Lets the page collect its garbage and measure at once when it is asked to. */
const FLAGS = ["--enable-blink-features=ForceEagerMeasureMemory"];

/** The test can fail: with mattes one frame late it notices. */
async function noticesShiftedMattes(open, origin) {
  const { page } = await open(`${origin}/soak.html`);
  const { paired, noticed } = await page.evaluate(async () => {
    const harness = new window.Harness({ projectId: "p1" });
    await harness.player.load(1);
    await harness.player.seek(0);
    await harness.paired();
    await harness.playThrough(2);
    const pairs = harness.readings.filter(({ matte }) => matte === "paired");
    return { paired: pairs.length, noticed: pairs.filter((reading) => window.faultOf(reading) !== null).length };
  });
  await page.close();
  assert.ok(paired > 0 && noticed === paired, `${noticed} of ${paired} late mattes were noticed`);
  return { paired, noticed };
}

/** What page and workers hold after a collection of garbage, in MB. */
async function heldMb(page) {
  const { bytes } = await page.evaluate(() => performance.measureUserAgentSpecificMemory());
  return Math.round((bytes / 2 ** 20) * 10) / 10;
}

async function soak(open, origin, decoder, counts) {
  const { page, problems } = await open(`${origin}/soak.html`);
  await page.evaluate(async ([kind, state]) => {
    window.soak = new window.Soak(kind, state);
    await window.soak.start();
  }, [decoder, seed]);
  let report = { paired: 0, compared: 0, drafted: 0, contextLosses: 0 };
  const enough = () =>
    report.paired > LEAST_PAIRED && report.compared > 0 && report.drafted > 0 &&
    report.contextLosses > 0 && counts.cut + counts.gone > 0;
  const openPictures = [];
  const memoryMb = [];
  // Chance and a slow machine may leave something out: it goes on until everything was seen.
  for (let left = Number(values.actions); left > 0 || !enough(); left -= BATCH) {
    report = await page.evaluate((count) => window.soak.act(count), Math.min(BATCH, Math.max(left, 10)));
    assert.deepEqual(report.mismatched.slice(0, 3), [], `${report.mismatched.length} mismatched pictures`);
    // The network's own failures and lost graphics are told; nothing else may go wrong.
    assert.deepEqual(report.strange, []);
    assert.ok(report.mostOpenPictures <= MOST_OPEN, `${report.mostOpenPictures} pictures were open`);
    openPictures.push(report.mostOpenPictures);
    memoryMb.push(await heldMb(page));
  }
  await page.evaluate(() => window.soak.destroy());
  await page.close();
  assert.deepEqual(problems.filter((problem) => !problem.startsWith("Failed to load resource")), []);
  assert.ok(Math.max(...memoryMb) <= MOST_MB, `page and workers hold up to ${MOST_MB} MB, but here: ${memoryMb} MB`);
  checkFlat(memoryMb);
  const { mismatched, strange, ...seen } = report;
  return {
    ...seen,
    mismatched: mismatched.length,
    strange: strange.length,
    openPictures: mostByTime(openPictures),
    memoryMb: mostByTime(memoryMb),
  };
}

/** A long run must not hold more at its end than once everything has happened. */
function checkFlat(memoryMb) {
  const third = Math.floor(memoryMb.length / 3);
  if (third < 3) return;
  const [early, late] = [memoryMb.slice(third, 2 * third), memoryMb.slice(2 * third)];
  assert.ok(Math.max(...late) <= Math.max(...early) + GROWTH_MB, `memory grows: ${memoryMb} MB`);
}

/** The most in each of a few parts of the run, in order. */
function mostByTime(series) {
  const points = Math.min(POINTS, series.length);
  const at = (i) => Math.round((i * series.length) / points);
  return Array.from({ length: points }, (_, i) => Math.max(...series.slice(at(i), at(i + 1))));
}

await withBrowser(async ({ site, open }) => {
  const summary = { seed, actions: Number(values.actions) };
  for (const decoder of values.decoder ? [values.decoder] : ["webcodecs", "wasm"]) {
    const { faults, counts } = unreliable(seed);
    const origin = await site({ stream: join(fixture, "stream", "two"), faults, caching: false });
    try {
      summary[decoder] = { ...(await soak(open, origin, decoder, counts)), ...counts };
    } catch (error) {
      // What an assertion prints was put together before.
      console.error(`${decoder}, --seed ${seed}:`);
      throw error;
    }
  }
  const { faults } = unreliable(seed);
  const shifted = await site({ stream: join(fixture, "stream", "shifted"), faults });
  return { ...summary, shifted: await noticesShiftedMattes(open, shifted) };
}, FLAGS);
