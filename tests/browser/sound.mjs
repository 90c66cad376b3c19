/**
 * Sound and picture are in sync: `node sound.mjs FIXTURE SERVER`. The clip has a click in its sound
 * at every twelfth frame. A probe on the audio context's way out notes when each is heard, the
 * harness when each picture is drawn; they must be within one frame of each other. Both are what
 * the browser tells: the way from there to loudspeaker and screen is not seen here.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { launch } from "./support/browser.mjs";
import { Client } from "./support/client.mjs";
import { withBrowser } from "./support/harness.mjs";

const [fixture, server] = process.argv.slice(2);
const CLICK_EVERY = 12;
/** The clip's shortest frame. */
const FRAME_MS = 1000 / 24;
/** What is drawn is seen with the screen's next refresh. */
const REFRESH_MS = 1000 / 60;
/** More frames at once are a jump, and not passed over. */
const MOST_PASSED = 4;
/** So often a case is done again, until half as many clicks as one run has were not disturbed. */
const MOST_RUNS = 3;
/** A picture may catch up with what was so many pictures, or so many ms, before it. */
const RECENT = { pictures: 5, ms: 250 };

/** Opens the sound page with a player on the project. */
async function start(open, origin, project) {
  const { page, problems } = await open(`${origin}/sound.html`);
  await page.evaluate(async (projectId) => {
    const harness = new window.Harness({ sound: true, projectId });
    window.harness = harness;
    // Reading pixels back holds pictures up.
    harness.player.setReadback(null);
    await harness.player.load();
    await harness.player.seek(0);
    // Until the sound that is fetched at rest is there, playback would begin without it.
    const fetched = async () => (await harness.player.stats()).soundBytes > 0;
    await window.until("the sound that is fetched at rest", fetched);
  }, project);
  return { page, problems };
}

/**
 * When the pictures with a click were drawn. One of a few that were passed over counts as drawn
 * between its neighbours, as far from them as it is in the clip.
 */
function flashes({ pictures, times }) {
  return pictures.flatMap(({ frame, drawnAt }, i) => {
    const last = pictures[i - 1];
    const flash = frame - (frame % CLICK_EVERY);
    if (flash === frame) return frame > 0 ? [drawnAt] : [];
    if (!last || last.frame >= flash || frame - last.frame > MOST_PASSED) return [];
    const share = (times[flash] - times[last.frame]) / (times[frame] - times[last.frame]);
    return [last.drawnAt + share * (drawnAt - last.drawnAt)];
  });
}

/** A click's distance from the picture it belongs to, in ms: positive when the picture came later. */
function offset(heardAt, observed) {
  const off = flashes(observed).map((drawnAt) => drawnAt + REFRESH_MS - heardAt);
  return off.reduce((best, one) => (Math.abs(one) < Math.abs(best) ? one : best), Infinity);
}

/** What happened about each click: its offset, the pictures drawn near it, and hiccups, all in ms. */
function around(clicks, observed) {
  const { pictures, hiccups } = observed;
  const near = (at, from) => at > from - 150 && at < from + 150;
  return JSON.stringify(clicks.map((at) => ({
    off: Math.round(offset(at, observed)),
    drawn: pictures.filter(({ drawnAt }) => near(drawnAt, at)).map(({ frame, drawnAt }) => `${frame}: ${Math.round(drawnAt - at)}`),
    hiccups: hiccups.filter(([start, end]) => near(start, at) || near(end, at)).map((span) => span.map((time) => Math.round(time - at))),
  })));
}

/**
 * The offsets of the clicks, each of which must be heard within a frame of its picture. Two kinds of click
 * say nothing: one in a moment in which the machine gave page or player no animation frames, and the last
 * one before a stop, whose picture was not drawn any more.
 */
function offsets(name, observed, { rate = 1, stops = 1 }) {
  const { pictures, clicks, hiccups } = observed;
  const disturbed = (at) => hiccups.some(([start, end]) => at > start - FRAME_MS && at < end + FRAME_MS);
  const goesOn = (at) => pictures.some(({ drawnAt }) => drawnAt > at && drawnAt < at + (3 * FRAME_MS) / rate);
  const cut = clicks.filter((at) => !goesOn(at) && !disturbed(at));
  const counted = clicks.filter((at) => goesOn(at) && !disturbed(at));
  const found = counted.map((at) => offset(at, observed));
  assert.ok(clicks.length > 0, `${name}: no click was heard`);
  assert.ok(cut.length <= stops, `${name}: ${cut.length} clicks without a picture`);
  assert.ok(found.every((off) => Math.abs(off) <= FRAME_MS), `${name}: ${around(clicks, observed)}`);
  return found;
}

/** Sound and picture of what `act` observes are in sync, with enough clicks to tell. */
async function inSync(name, act, options = {}) {
  const found = [];
  let clicks = 0;
  for (let run = 1; run <= MOST_RUNS; run += 1) {
    const observed = await act();
    found.push(...offsets(name, observed, options));
    clicks += observed.clicks.length;
    if (found.length >= clicks / run / 2) return summaryOf(clicks, found.sort((a, b) => a - b));
  }
  return assert.fail(`${name}: of ${clicks} clicks in ${MOST_RUNS} runs only ${found.length} were not disturbed`);
}

function summaryOf(clicks, found) {
  const round = (value) => Math.round(value * 10) / 10;
  const worst = found.reduce((most, off) => (Math.abs(off) > Math.abs(most) ? off : most), 0);
  return { clicks, counted: found.length, medianMs: round(found[found.length >> 1]), worstMs: round(worst) };
}

async function playsInSync(page) {
  return page.evaluate(async () => {
    const { harness, ear } = window;
    return ear.observe(harness, async () => {
      for (let i = 0; i < 2; i += 1) {
        await harness.player.seek(0);
        await harness.playThrough(1);
      }
    });
  });
}

async function seeksAndGoesOn(page) {
  return page.evaluate(async () => {
    const { harness, ear } = window;
    return ear.observe(harness, async (player) => {
      player.setRate(1);
      for (const frame of [40, 7, 66]) {
        await player.seek(frame);
        player.play();
        await window.rest(1300);
        player.pause();
        await window.rest(100);
      }
    });
  });
}

async function playsAtRate(page, rate, from = 0) {
  return page.evaluate(async (given) => {
    const { harness, ear } = window;
    await harness.player.seek(given.from);
    return ear.observe(harness, () => harness.playThrough(given.rate).then(() => undefined));
  }, { rate, from });
}

async function changesRateOnTheWay(page) {
  return page.evaluate(async () => {
    const { harness, ear } = window;
    return ear.observe(harness, async (player) => {
      await player.seek(0);
      player.setRate(1);
      player.play();
      for (const rate of [2, 0.5, 1]) {
        await window.rest(700);
        player.setRate(rate);
      }
      await window.rest(700);
      player.pause();
    });
  });
}

async function playsALoop(page) {
  return page.evaluate(async () => {
    const { harness, ear } = window;
    return ear.observe(harness, async (player) => {
      player.setRate(1);
      player.setLoop([20, 40]);
      await player.seek(20);
      player.play();
      await window.rest(3000);
      player.pause();
      player.setLoop(null);
    });
  });
}

async function mutesAndUnmutes(page) {
  return page.evaluate(async () => {
    const { harness, ear } = window;
    const { player } = harness;
    player.setMuted(true);
    await player.seek(0);
    player.setRate(1);
    player.play();
    const muted = await ear.observe(harness, () => window.rest(1500));
    player.setMuted(false);
    await window.rest(300);
    const unmuted = await ear.observe(harness, () => window.rest(1800));
    player.pause();
    return { muted, unmuted };
  });
}

async function hidesAndReturns(page) {
  return page.evaluate(async () => {
    const { harness, ear } = window;
    const { player } = harness;
    const hide = (hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    };
    await player.seek(0);
    player.setRate(1);
    player.play();
    // Well before the first click, which would sound again with its picture already there.
    await window.rest(300);
    hide(true);
    await window.rest(100);
    const hidden = await ear.observe(harness, () => window.rest(1200));
    hide(false);
    const back = await ear.observe(harness, () => window.rest(2200));
    player.pause();
    return { hidden, back };
  });
}

/**
 * How far the clip got ahead of time with each picture, beyond where it had been just before, in ms. A
 * late picture and the punctual one after it are no jump; what follows a hold starts anew.
 */
function leaps({ shown, times, duration }) {
  const past = [];
  let ahead = 0;
  return shown.slice(1).map(({ frame, drawnAt }, i) => {
    const last = shown[i];
    const seconds = (times[frame] - times[last.frame] + duration) % duration;
    past.push({ ahead, at: last.drawnAt });
    // The first one stands until playback begins.
    if (i > 0) ahead += seconds * 1000 - (drawnAt - last.drawnAt);
    const recent = past.filter(({ at }, k) => k >= past.length - RECENT.pictures || at >= drawnAt - RECENT.ms);
    return Math.round(ahead - Math.max(...recent.map((one) => one.ahead)));
  });
}

/** Without a gesture the clip plays in silence; a click on the page brings the sound in. */
async function waitsForAGesture(site, server, project) {
  const origin = await site({ api: server });
  const browser = await launch([], { autoplay: false });
  try {
    const page = await browser.newPage();
    const told = page.waitForEvent("console", (message) => message.text() === "played unasked");
    await page.goto(`${origin}/sound.html?play=${project}`);
    await told;
    await page.mouse.click(5, 5);
    const [silent, sounding] = await page.evaluate(async () => {
      const { harness, ear } = window;
      await window.rest(500);
      const observed = await ear.observe(harness, () => window.rest(2500));
      return [window.unasked, { ...observed, shown: harness.readings.map(({ frame, drawnAt }) => ({ frame, drawnAt })) }];
    });
    return { silent, sounding };
  } finally {
    await browser.close();
  }
}

await withBrowser(async ({ site, open }) => {
  const client = new Client(server);
  const project = await client.upload(join(fixture, "clip.mp4"), "clicks.mp4");
  const origin = await site({ api: server });
  const { page, problems } = await start(open, origin, project);
  const summary = { played: await inSync("played", () => playsInSync(page), { stops: 2 }) };
  summary.sought = await inSync("sought", () => seeksAndGoesOn(page), { stops: 3 });
  summary.twice = await inSync("twice the speed", () => playsAtRate(page, 2));
  summary.half = await inSync("half the speed", () => playsAtRate(page, 0.5, 54), { rate: 0.5 });
  summary.changed = await inSync("changed on the way", () => changesRateOnTheWay(page), { rate: 0.5 });
  summary.looped = await inSync("looped", () => playsALoop(page), { stops: 5 });
  for (const rate of [-1, 8]) assert.deepEqual((await playsAtRate(page, rate)).clicks, [], `sound at rate ${rate}`);
  summary.unmuted = await inSync("unmuted", async () => {
    const { muted, unmuted } = await mutesAndUnmutes(page);
    assert.deepEqual([muted.clicks, muted.sound, unmuted.sound], [[], "off", "on"]);
    return unmuted;
  });
  summary.returned = await inSync("returned", async () => {
    const { hidden, back } = await hidesAndReturns(page);
    assert.deepEqual([hidden.clicks, hidden.pictures.length <= 1], [[], true]);
    return back;
  });
  assert.deepEqual(await page.evaluate(() => window.harness.errors), []);
  assert.deepEqual(problems, []);

  summary.unlocked = await inSync("unlocked", async () => {
    const { silent, sounding } = await waitsForAGesture(site, server, project);
    assert.deepEqual([silent.clicks, silent.sound, sounding.sound], [[], "off", "on"]);
    assert.ok(silent.pictures.length > 20, "it did not play without sound");
    const jumps = leaps(sounding);
    assert.ok(jumps.every((ms) => ms <= 3 * FRAME_MS), `the picture jumped, in ms: ${jumps}`);
    return sounding;
  });

  const latencies = await page.evaluate(() =>
    window.ear.contexts.map(({ baseLatency, outputLatency }) => ({ baseLatency, outputLatency })));
  return { ...summary, latencies };
});
