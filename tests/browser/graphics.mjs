/**
 * The graphics are taken away: `node graphics.mjs FIXTURE`. In a worker and on the page's thread,
 * with both decoders, the right picture with the right matte comes back by itself: in what the
 * player tells, and on a photograph of the page.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { runCases, start } from "./support/cases.mjs";

const [fixture] = process.argv.slice(2);
const stream = join(fixture, "stream", "two");

const PATHS = [
  { decoder: "webcodecs", thread: "worker" },
  { decoder: "wasm", thread: "worker" },
  { decoder: "webcodecs", thread: "main" },
];

/** Opens a player on each path and does `act` in its page. */
async function onEachPath(site, open, act, check) {
  const origin = await site({ stream });
  for (const path of PATHS) {
    const { page, problems } = await start(open, origin, path, "soak");
    await page.evaluate(() => {
      window.rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      /** Resolves when the harness has read what is asked for. */
      window.until = async (holds) => {
        while (!holds(window.harness.readings.at(-1))) await window.rest(10);
      };
    });
    const result = await page.evaluate(act);
    const photograph = await page.locator("canvas").screenshot();
    const { stats, errors, faults } = await page.evaluate(async (url) => {
      const { harness } = window;
      const seen = [...harness.readings, await harness.onPhotograph(url)];
      return {
        stats: await harness.player.stats(),
        errors: harness.errors.map(({ code }) => code),
        faults: seen.map((reading) => window.faultOf(reading)).filter((fault) => fault !== null),
      };
    }, `data:image/png;base64,${photograph.toString("base64")}`);
    const where = JSON.stringify(path);
    assert.deepEqual({ decoder: stats.decoder, thread: stats.thread }, path);
    assert.deepEqual(faults, [], where);
    assert.deepEqual(problems, [], where);
    assert.ok(errors.every((code) => code === "context-lost"), `${where}: ${errors}`);
    assert.equal(stats.contextLosses, errors.length, where);
    check(result, where, stats);
    await page.close();
  }
}

/** Nobody does anything after it is given back. */
async function comesBackAtRest(site, open) {
  const act = async () => {
    const { harness } = window;
    await harness.player.seek(20);
    await harness.paired();
    const before = (await harness.player.stats()).decoded;
    await harness.loseContext();
    const refusal = await harness.player.readPixels().then(() => null, (error) => error.message);
    harness.readings.length = 0;
    await harness.restoreContext();
    await window.until((last) => last?.frame === 20);
    const after = (await harness.player.stats()).decoded;
    return { refusal, shown: harness.readings.at(-1), before, after };
  };
  await onEachPath(site, open, act, ({ refusal, shown }, where, { contextLosses }) => {
    assert.match(refusal, /graphics context was lost/, where);
    assert.deepEqual([shown.plate, shown.mask, shown.matte], [20, 20, "paired"], where);
    assert.equal(contextLosses, 1, where);
  });
}

/** Playback holds on its picture, says so, and goes on from there. */
async function goesOnPlaying(site, open) {
  const act = async () => {
    const { harness } = window;
    await harness.player.seek(0);
    await harness.paired();
    const over = new Promise((resolve) => harness.player.on("ended", resolve));
    harness.player.setRate(1);
    harness.player.play();
    const losses = [];
    for (const frame of [12, 40, 60]) {
      await window.until((last) => last.frame >= frame);
      await harness.loseContext();
      await window.rest(50);
      const { length } = harness.readings;
      const { state } = harness.player;
      await window.rest(400);
      losses.push({ state, before: harness.readings.at(-1).frame, more: harness.readings.length - length });
      const at = harness.readings.length;
      await harness.restoreContext();
      await window.until(() => harness.readings.length > at);
      losses.at(-1).after = harness.readings[at].frame;
    }
    await over;
    return { losses, frames: harness.readings.map(({ frame }) => frame) };
  };
  await onEachPath(site, open, act, ({ losses, frames }, where) => {
    for (const { state, before, after, more } of losses) {
      assert.equal(state, "buffering", where);
      assert.equal(more, 0, `${where}: pictures were told of while there were no graphics`);
      assert.ok(after >= before && after <= before + 3, `${where}: it went from ${before} to ${after}`);
    }
    assert.ok(frames.slice(1).every((frame, i) => frame >= frames[i]), `${where}: out of order: ${frames}`);
    assert.equal(frames.at(-1), 95, where);
  });
}

/** What is sought, changed and drawn over meanwhile is what is seen when it comes back. */
async function showsWhatWasAskedForMeanwhile(site, open) {
  const act = async () => {
    const { harness } = window;
    const { player } = harness;
    await player.seek(10);
    await harness.paired();
    await harness.loseContext();
    const sought = player.seek(70);
    await player.setRevision(2);
    await harness.setDraft(70, "o2", 9);
    player.resize(480, 270);
    harness.setReach(480, 270);
    const early = await Promise.race([sought, window.rest(400)]);
    await harness.restoreContext();
    const { frame } = await sought;
    await window.until((last) => last?.frame === 70 && last.matte === "paired");
    return { early: early ?? null, frame, shown: harness.readings.at(-1) };
  };
  await onEachPath(site, open, act, ({ early, frame, shown }, where) => {
    assert.equal(early, null, `${where}: a picture was told of while there were no graphics`);
    assert.equal(frame, 70, where);
    assert.deepEqual([shown.plate, shown.mask, shown.code, shown.revision], [70, 70, 2, 2], where);
    assert.deepEqual(shown.live, ["o2"], where);
  });
}

/** A second loss on the heels of the first, and while the page is hidden. */
async function bearsItAgainAndAgain(site, open) {
  const act = async () => {
    const { harness } = window;
    await harness.player.seek(33);
    await harness.paired();
    for (let i = 0; i < 4; i += 1) {
      await harness.loseContext();
      if (i % 2 === 0) await harness.setHidden(true);
      await harness.restoreContext();
    }
    await harness.setHidden(false);
    await harness.player.seek(34);
    await harness.paired();
    return harness.readings.at(-1);
  };
  await onEachPath(site, open, act, (shown, where, { contextLosses }) => {
    assert.deepEqual([shown.plate, shown.mask], [34, 34], where);
    assert.equal(contextLosses, 4, where);
  });
}

await runCases([comesBackAtRest, goesOnPlaying, showsWhatWasAskedForMeanwhile, bearsItAgainAndAgain]);
