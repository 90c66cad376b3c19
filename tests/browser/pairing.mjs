/**
 * The bar-code test: `node pairing.mjs FIXTURE SERVER`. Every frame's number is drawn in the plate
 * and in the mask of every frame (each a keyframe of the running server's project). Whatever the
 * player presents is read back from the composited canvas; plate and mask must tell the same frame,
 * and the mask the revision that is current. Prints a summary as one line of JSON.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { Client, FRAMES } from "./support/client.mjs";
import { withBrowser } from "./support/harness.mjs";

/** Frames whose masks revision 2 replaces. */
const REPLACED = [30, 60];
const LEAST_PRESENTED = 1000;
const LEAST_SHIFTED = 50;

const [fixture, server] = process.argv.slice(2);

function replaced(frame) {
  return frame >= REPLACED[0] && frame < REPLACED[1];
}

/** What is wrong with a reading, or null. */
function fault({ frame, revision, matte, plate, mask, code }) {
  if (plate !== frame) return "the plate is of another frame";
  if (matte !== "paired") return null;
  if (mask !== frame) return "the mask is of another frame";
  return code === (revision === 2 && replaced(frame) ? 2 : 1) ? null : "the mask is of another revision";
}

async function replaceMasks(client, { project, object }) {
  for (let frame = REPLACED[0]; frame < REPLACED[1]; frame += 1) {
    await client.putMask(project, object, frame, join(fixture, "masks", "2", `${frame}.png`));
  }
  assert.equal(await client.apply(project), 2);
}

/** All that a person does with a transport, as fast as it goes. Runs in the page. */
async function useTransport({ project, decoder, frames }) {
  const harness = new window.Harness({ projectId: project, decoder });
  window.harness = harness;
  const { player } = harness;
  const random = (() => {
    let state = 1;
    return () => (state = (state * 48271) % 2147483647) / 2147483647;
  })();
  const screens = [];
  await player.load(1);
  await player.seek(0);
  await harness.paired();
  const inOrder = [];
  for (const [view, rate] of [
    [{ kind: "overlay", opacity: 0.5 }, 1],
    [{ kind: "cutout", background: { kind: "color", color: "#00ff00" } }, 2],
    [{ kind: "overlay", opacity: 0.5 }, -2],
  ]) {
    await harness.setView(view);
    inOrder.push({ rate, frames: await harness.playThrough(rate) });
  }
  for (let i = 0; i < 120; i += 1) {
    const frame = Math.floor(random() * frames);
    await player.seek(frame);
    await harness.paired();
    if (i % 10 === 0) screens.push(await harness.onScreen());
  }
  await player.seek(10);
  for (let i = 0; i < 60; i += 1) {
    await player.step(1);
    await harness.paired();
  }
  for (let i = 0; i < 60; i += 1) {
    await player.step(-1);
    await harness.paired();
  }
  // Scrubbing: most seeks are overtaken by the next one.
  for (let i = 0; i < 150; i += 1) {
    void player.seek(Math.floor(random() * frames));
    await window.rest(random() * 25);
  }
  await player.seek(50);
  await harness.paired();
  return { inOrder, screens };
}

/** Goes to and fro between both revisions while playing and while standing. Runs in the page. */
async function swapRevisions(least) {
  const { harness } = window;
  const { player } = harness;
  await player.setRevision();
  await harness.paired();
  const screens = [await harness.onScreen()];
  const presented = () => harness.readings.filter(({ matte }) => matte === "paired").length;
  for (let round = 0; round < 4 || (presented() < least && round < 20); round += 1) {
    await player.seek(0);
    const through = harness.playThrough(2);
    for (const [delay, revision] of [[300, 1], [450, 2], [450, 1], [300, 2]]) {
      await window.rest(delay);
      await player.setRevision(revision);
    }
    await through;
  }
  for (const frame of [29, 30, 45, 59, 60]) {
    await player.seek(frame);
    for (const revision of [1, 2]) {
      await player.setRevision(revision);
      await harness.paired();
      screens.push(await harness.onScreen());
    }
  }
  return screens;
}

async function finish() {
  const { harness } = window;
  const stats = await harness.player.stats();
  harness.player.destroy();
  return { readings: harness.readings, errors: harness.errors, stats };
}

await withBrowser(async ({ site, open }) => {
  const client = new Client(server);
  const clip = await client.barCodeProject(fixture);
  const origin = await site({ api: server });
  const summary = {};
  const pages = {};
  for (const decoder of ["webcodecs", "wasm"]) {
    pages[decoder] = await open(`${origin}/harness.html`);
    const { page } = pages[decoder];
    const used = await page.evaluate(useTransport, { project: clip.project, decoder, frames: FRAMES });
    for (const { rate, frames } of used.inOrder) {
      const steps = frames.slice(1).map((frame, i) => (frame - frames[i]) * Math.sign(rate));
      assert.ok(steps.every((step) => step >= 0), `${decoder}: frames out of order at rate ${rate}`);
    }
    summary[decoder] = { screens: used.screens };
  }
  await replaceMasks(client, clip);
  for (const decoder of ["webcodecs", "wasm"]) {
    const { page, problems } = pages[decoder];
    const screens = [...summary[decoder].screens, ...(await page.evaluate(swapRevisions, LEAST_PRESENTED))];
    const { readings, errors, stats } = await page.evaluate(finish);
    const paired = readings.filter(({ matte }) => matte === "paired");
    const faults = readings.filter((reading) => fault(reading));
    assert.deepEqual(errors, [], `${decoder}: the player reported errors`);
    assert.deepEqual(problems, [], `${decoder}: the console has errors`);
    assert.equal(stats.decoder, decoder);
    assert.deepEqual(faults.slice(0, 5), [], `${decoder}: ${faults.length} mismatched pictures`);
    assert.deepEqual(screens.filter((reading) => fault(reading)), [], `${decoder}: on screen`);
    assert.ok(paired.length >= LEAST_PRESENTED, `${decoder}: only ${paired.length} pairs presented`);
    summary[decoder] = {
      presented: readings.length,
      paired: paired.length,
      pending: readings.length - paired.length,
      mismatched: faults.length,
      seenInRevision2: paired.filter(({ revision, code }) => revision === 2 && code === 2).length,
      leastMargin: Math.min(...readings.map(({ margin }) => margin)),
      screens: screens.length,
      stalls: stats.stalls,
      skipped: stats.skipped,
      aborts: stats.aborts,
    };
  }
  // The test itself: mattes that are one frame late must be noticed on every picture.
  const late = await site({ stream: join(fixture, "stream", "shifted") });
  const { page } = await open(`${late}/harness.html`);
  const seen = await page.evaluate(async (least) => {
    const harness = new window.Harness({ projectId: "p1" });
    await harness.player.load(1);
    const pairs = () => harness.readings.filter(({ matte }) => matte === "paired");
    // A busy machine passes many pictures over.
    for (let round = 0; round < 10 && pairs().length < least; round += 1) {
      await harness.player.seek(0);
      await harness.paired();
      await harness.playThrough(2);
    }
    return harness.readings;
  }, LEAST_SHIFTED);
  const pairs = seen.filter(({ matte }) => matte === "paired");
  assert.ok(pairs.length >= LEAST_SHIFTED, `only ${pairs.length} late pairs were presented`);
  assert.ok(pairs.every((reading) => fault(reading)), "late mattes went unnoticed");
  summary.shifted = { paired: pairs.length, noticed: pairs.filter((reading) => fault(reading)).length };
  return summary;
});
