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

/** Opens a player on each path and does `act` in its page; what goes wrong there tells on which one. */
async function onEachPath(site, open, act, check) {
  const origin = await site({ stream });
  for (const path of PATHS) {
    const { page, problems } = await start(open, origin, path, "soak");
    const where = JSON.stringify(path);
    const result = await page.evaluate(act).catch((error) => {
      error.message = `${where}: ${error.message}`;
      throw error;
    });
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
    assert.deepEqual({ decoder: stats.decoder, thread: stats.thread }, path);
    assert.deepEqual(faults, [], where);
    assert.deepEqual(problems, [], where);
    assert.ok(errors.every((code) => code === "context-lost"), `${where}: ${errors}`);
    assert.equal(stats.contextLosses, errors.length, where);
    check(result, where, stats);
    await page.close();
  }
}

/** Nobody does anything after it is given back, and nothing is decoded anew. */
async function comesBackAtRest(site, open) {
  const act = async () => {
    const { harness } = window;
    await harness.player.seek(20);
    await harness.paired();
    const decoded = async () => (await harness.player.stats()).decoded;
    // The whole clip fits: a plate and two mattes of each frame.
    const frames = harness.player.frameCount;
    const isAllThere = async () => {
      const { plate, matte } = await decoded();
      return plate === frames && matte === 2 * frames;
    };
    await window.until("the whole clip decoded", isAllThere);
    const before = await decoded();
    await harness.loseContext();
    const refusal = await harness.player.readPixels().then(() => null, (error) => error.message);
    harness.readings.length = 0;
    await harness.restoreContext();
    await window.until("frame 20 again", () => harness.readings.at(-1)?.frame === 20);
    return { refusal, shown: harness.readings.at(-1), before, after: await decoded() };
  };
  await onEachPath(site, open, act, ({ refusal, shown, before, after }, where, { contextLosses }) => {
    assert.match(refusal, /graphics context was lost/, where);
    assert.deepEqual([shown.plate, shown.mask, shown.matte], [20, 20, "paired"], where);
    assert.deepEqual(after, before, `${where}: pictures were decoded anew`);
    assert.equal(contextLosses, 1, where);
  });
}

/** Playback holds on its picture, says so, and goes on from there. */
async function goesOnPlaying(site, open) {
  const act = async () => {
    const { harness } = window;
    await harness.player.seek(0);
    await harness.paired();
    harness.player.setRate(1);
    const over = harness.ended();
    harness.player.play();
    const losses = [];
    for (const frame of [8, 24, 40]) {
      await window.until(`frame ${frame} in playback`, () => harness.readings.at(-1).frame >= frame);
      await harness.loseContext();
      await window.until(`a hold after frame ${frame}`, () => harness.player.state === "buffering");
      // With the engine's answer everything is here that it told before.
      await harness.player.stats();
      const { length } = harness.readings;
      await window.rest(400);
      losses.push({ before: harness.readings.at(-1).frame, more: harness.readings.length - length });
      const at = harness.readings.length;
      await harness.restoreContext();
      await window.until(`a picture after frame ${frame}`, () => harness.readings.length > at);
      losses.at(-1).after = harness.readings[at].frame;
    }
    await over;
    return { losses, frames: harness.readings.map(({ frame }) => frame) };
  };
  await onEachPath(site, open, act, ({ losses, frames }, where) => {
    for (const { before, after, more } of losses) {
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
    await harness.paired();
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
