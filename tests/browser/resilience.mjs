/**
 * What the player does when something goes wrong or is not there yet: `node resilience.mjs FIXTURE`.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCases, start } from "./support/cases.mjs";
import { until } from "./support/until.mjs";

const [fixture] = process.argv.slice(2);
const stream = join(fixture, "stream", "right");
const manifest = (revision) => JSON.parse(readFileSync(join(stream, `manifest-${revision}.json`), "utf8"));
const matteAddress = (segment, revision = 1) => manifest(revision).objects[0].matte.addresses[segment];
const DECODERS = ["webcodecs", "wasm"];
const videoAddress = (segment) => manifest(1).video.addresses[segment];

/** Answers requests whose path holds `part` with `status`, `times` times. */
function failing(part, status, times) {
  let left = times;
  return (url, response) => {
    if (!url.pathname.includes(`${part}.m4s`) || left <= 0) return false;
    left -= 1;
    response.writeHead(status, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ status, detail: "The segment could not be made." }));
    return true;
  };
}

async function retriesWhatFails(site, open) {
  const origin = await site({ stream, faults: failing(videoAddress(3), 503, 2) });
  const { page } = await start(open, origin);
  const result = await page.evaluate(async () => {
    const { harness } = window;
    await harness.player.seek(40);
    await harness.paired();
    return { stats: await harness.player.stats(), errors: harness.errors };
  });
  assert.equal(result.stats.retries, 2);
  assert.deepEqual(result.errors, []);
}

/** The server is gone for longer than requests are tried again; nobody does anything meanwhile. */
async function comesBackWithTheServer(site, open) {
  let gone = false;
  const origin = await site({
    stream,
    faults: (url, response) => {
      if (!gone || !url.pathname.endsWith(".m4s")) return false;
      response.destroy();
      return true;
    },
    caching: false,
  });
  const { page } = await start(open, origin, { bufferBytes: 14 * 320 * 180 * 2.5, cacheBytes: 0 });
  await page.evaluate(async () => {
    await window.harness.player.seek(3);
    await window.harness.paired();
  });
  gone = true;
  const told = await page.evaluate(async () => {
    const { harness } = window;
    void harness.player.seek(90);
    await window.until("an error", () => harness.errors.length > 0);
    return harness.errors[0].code;
  });
  gone = false;
  const last = await page.evaluate(async () => {
    const { harness } = window;
    await window.until("frame 90", () => harness.readings.at(-1).frame === 90);
    await harness.paired();
    return harness.readings.at(-1);
  });
  assert.equal(told, "network");
  assert.deepEqual([last.plate, last.mask], [90, 90]);
}

async function showsThePlateWhileTheMatteIsMissing(site, open) {
  let broken = true;
  const refuse = failing(matteAddress(3), 404, Infinity);
  const origin = await site({ stream, faults: (url, response) => broken && refuse(url, response) });
  const { page } = await start(open, origin);
  const alone = await page.evaluate(async () => {
    const { harness } = window;
    window.told = [];
    harness.player.on("pending", (event) => window.told.push(event));
    await harness.player.seek(38);
    await window.until("an error", () => harness.errors.length > 0);
    await harness.player.step(1);
    return harness.readings.at(-1);
  });
  broken = false;
  // The next seek tries again, and now the server has it.
  const { last, told, errors } = await page.evaluate(async () => {
    const { harness } = window;
    await harness.player.seek(40);
    await harness.paired();
    return { last: harness.readings.at(-1), told: window.told, errors: harness.errors };
  });
  assert.deepEqual([alone.frame, alone.plate, alone.matte], [39, 39, "pending"]);
  assert.deepEqual([last.frame, last.plate, last.mask], [40, 40, 40]);
  assert.ok(told.some((event) => event.pending) && told.at(-1).pending === false);
  assert.equal(errors[0].code, "network");
  assert.match(errors[0].message, /could not be made/);
}

async function refusesAMisplacedSegment(site, open) {
  // Segment 4's video answered with segment 5's bytes: times do not fit the frame table.
  const wrong = readFileSync(join(stream, "segments", `${videoAddress(5)}.m4s`));
  const origin = await site({
    stream,
    faults: (url, response) => {
      if (!url.pathname.includes(`${videoAddress(4)}.m4s`)) return false;
      response.end(wrong);
      return true;
    },
  });
  const { page } = await start(open, origin);
  const { errors, shown } = await page.evaluate(async () => {
    const { harness } = window;
    await harness.player.seek(10);
    void harness.player.seek(50);
    await window.until("an error", () => harness.errors.length > 0);
    await window.rest(200);
    return { errors: harness.errors, shown: harness.readings.at(-1).frame };
  });
  assert.equal(errors[0].code, "frame-identity");
  assert.equal(shown, 10, "a frame of a refused segment was shown");
}

async function doesNotWaitForOneSlowSegment(site, open) {
  // Segment 2's matte is never answered; those behind it must pair all the same.
  const hang = (url) => url.pathname.includes(`${matteAddress(2)}.m4s`);
  const origin = await site({ stream, faults: hang });
  const { page } = await start(open, origin);
  const shown = await page.evaluate(async () => {
    const { harness } = window;
    await harness.player.seek(26);
    const slow = harness.readings.at(-1);
    let buffered = [];
    harness.player.on("buffer", ({ mattes }) => (buffered = mattes.o1));
    await harness.player.seek(60);
    await harness.paired();
    const ahead = harness.readings.at(-1);
    const { frameCount } = harness.player;
    const others = () => buffered.at(0)?.[0] === 0 && buffered.at(-1)?.[1] === frameCount && buffered.length === 2;
    await window.until(() => `both parts beside the slow one, not ${JSON.stringify(buffered)}`, others);
    return { slow, ahead, buffered };
  });
  assert.deepEqual([shown.slow.frame, shown.slow.plate, shown.slow.matte], [26, 26, "pending"]);
  assert.deepEqual([shown.ahead.frame, shown.ahead.mask], [60, 60]);
  assert.deepEqual(shown.buffered, [[0, 24], [36, 96]]);
}

/** The server sends each `moof` and `mdat` when it has made it; here it stops after the first two. */
async function showsASegmentAsItIsMade(site, open) {
  const segment = readFileSync(join(stream, "segments", `${matteAddress(3)}.m4s`));
  const pairs = [...segment.toString("latin1").matchAll(/moof/g)].map(({ index }) => index - 4);
  for (const decoder of DECODERS) {
    let finish = null;
    const faults = (url, response) => {
      if (!url.pathname.includes(`${matteAddress(3)}.m4s`)) return false;
      response.write(segment.subarray(0, pairs[2]));
      finish = () => response.end(segment.subarray(pairs[2]));
      return true;
    };
    const { page } = await start(open, await site({ stream, faults }), { decoder });
    const begun = await page.evaluate(async () => {
      const { harness } = window;
      await harness.player.seek(38);
      await harness.paired();
      const made = harness.readings.at(-1);
      await harness.player.seek(39);
      return { made, next: harness.readings.at(-1) };
    });
    finish();
    const last = await page.evaluate(async () => {
      const { harness } = window;
      await harness.paired();
      return harness.readings.at(-1);
    });
    assert.deepEqual([begun.made.frame, begun.made.plate, begun.made.mask], [38, 38, 38], decoder);
    assert.deepEqual([begun.next.frame, begun.next.plate, begun.next.matte], [39, 39, "pending"], decoder);
    assert.deepEqual([last.frame, last.plate, last.mask], [39, 39, 39], decoder);
    await page.close();
  }
}

/** It comes once more from its beginning; what of it was decoded already is not decoded again as what follows. */
async function bearsAnAnswerThatBreaksOff(site, open) {
  const address = matteAddress(3);
  const segment = readFileSync(join(stream, "segments", `${address}.m4s`));
  const pairs = [...segment.toString("latin1").matchAll(/moof/g)].map(({ index }) => index - 4);
  for (const decoder of DECODERS) {
    const answers = [];
    const faults = (url, response) => {
      if (!url.pathname.includes(`${address}.m4s`)) return false;
      answers.push(response);
      response.write(segment.subarray(0, pairs[answers.length === 1 ? 3 : 1]));
      return true;
    };
    const { page } = await start(open, await site({ stream, faults }), { decoder });
    const see = (frame) => page.evaluate(async (sought) => {
      await window.harness.player.seek(sought);
      await window.harness.paired();
    }, frame);
    await see(38);
    answers[0].destroy();
    await until(`${decoder}: a second request`, () => answers.length === 2);
    await see(41);
    answers[1].end(segment.subarray(pairs[1]));
    for (let frame = 42; frame < 48; frame += 1) await see(frame);
    const { readings, errors, stats } = await page.evaluate(async () => {
      const { harness } = window;
      return { readings: harness.readings, errors: harness.errors, stats: await harness.player.stats() };
    });
    const wrong = readings.filter(({ frame, plate, mask, matte }) => plate !== frame || (matte === "paired" && mask !== frame));
    assert.deepEqual(wrong.slice(0, 3), [], `${decoder}: ${wrong.length} mismatched pictures`);
    assert.deepEqual([errors, stats.decoderRestarts, stats.retries], [[], 0, 1], decoder);
    await page.close();
  }
}

async function keepsItsMemoryBounded(site, open) {
  const origin = await site({ stream });
  const bufferBytes = 30 * 320 * 180 * 2.5;
  const { page } = await start(open, origin, { bufferBytes });
  const { most } = await page.evaluate(async () => {
    const { harness } = window;
    let most = 0;
    harness.player.on("buffer", ({ bytes }) => (most = Math.max(most, bytes)));
    let frames = 0;
    // A busy machine passes many pictures over.
    for (let round = 0; frames <= 48; round += 1) {
      if (round === 10) throw new Error(`Only ${frames} pictures were played in ${round} rounds.`);
      await harness.player.seek(0);
      frames += (await harness.playThrough(2)).length;
    }
    await harness.player.seek(5);
    await harness.paired();
    await harness.playThrough(-2);
    return { most };
  });
  assert.ok(most > 0 && most <= bufferBytes, `${most} of ${bufferBytes} bytes`);
}

async function showsALiveMaskOnItsFrameOnly(site, open) {
  const origin = await site({ stream });
  const { page } = await start(open, origin);
  const result = await page.evaluate(async () => {
    const { harness } = window;
    const { player } = harness;
    const middle = async () => {
      const { data, width, frame } = await player.readPixels();
      return { frame, level: data[(150 * width + 5) * 4] };
    };
    const live = [];
    player.on("frame", (event) => live.push({ frame: event.frame, live: event.live.length }));
    await harness.setView({ kind: "matte" });
    await player.seek(20);
    await harness.paired();
    player.setLiveMask(20, "o1", { width: 320, height: 180, data: new Uint8Array(320 * 180).fill(77) });
    const seen = { on: await middle() };
    await player.seek(21);
    await harness.paired();
    seen.next = await middle();
    await player.seek(20);
    seen.again = await middle();
    await player.setRevision(2);
    await harness.paired();
    seen.cleared = await middle();
    player.setLiveMask(20, "o1", { width: 3, height: 3, data: new Uint8Array(9) });
    await player.stats();
    return { seen, live, errors: harness.errors };
  });
  const { on, next, again, cleared } = result.seen;
  assert.deepEqual([on, again], [{ frame: 20, level: 77 }, { frame: 20, level: 77 }]);
  assert.ok([0, 255].includes(next.level) && [0, 255].includes(cleared.level));
  assert.ok(result.live.some((event) => event.frame === 20 && event.live === 1));
  assert.ok(result.live.every((event) => event.frame === 20 || event.live === 0));
  assert.match(result.errors[0].message, /3 x 3/);
}

/** A hidden page gets no animation frames: playback waits, what is sought is shown all the same. */
async function pausesWhileHidden(site, open) {
  const origin = await site({ stream });
  for (const decoder of DECODERS) {
    const { page } = await start(open, origin, { decoder });
    const result = await page.evaluate(async () => {
      const { harness } = window;
      const { player } = harness;
      await player.seek(0);
      await harness.paired();
      player.play();
      await window.until("playback", () => harness.readings.at(-1).frame > 4);
      await harness.setHidden(true);
      await window.until("the player hidden", () => player.state === "hidden");
      // With the engine's answer everything is here that it told before.
      await player.stats();
      const before = harness.readings.at(-1).frame;
      await window.rest(700);
      const after = harness.readings.at(-1).frame;
      const over = harness.ended();
      await harness.setHidden(false);
      await over;
      const frames = harness.readings.map(({ frame }) => frame);
      await harness.setHidden(true);
      const sought = (await player.seek(33)).frame;
      await harness.paired();
      const shown = harness.readings.at(-1);
      return { before, after, states: harness.states, next: frames[frames.indexOf(before) + 1], sought, shown };
    });
    assert.equal(result.after, result.before, `${decoder}: it went on while hidden`);
    assert.ok(result.next - result.before <= 3, `${decoder}: it jumped from ${result.before} to ${result.next}`);
    assert.ok(result.states.includes("hidden"));
    assert.deepEqual([result.sought, result.shown.plate, result.shown.mask], [33, 33, 33], decoder);
    await page.close();
  }
}

/**
 * The server goes away in the middle of play, and nobody does anything until it is back. It goes with the
 * request for a segment that is wanted only once the clip plays: playback must come to a hold before it.
 */
async function playsOnWhenTheServerIsBack(site, open) {
  const missing = 6;
  for (const decoder of DECODERS) {
    let server = "there";
    const origin = await site({
      stream,
      faults: (url, response) => {
        if (server === "there" && url.pathname.includes(`${videoAddress(missing)}.m4s`)) server = "gone";
        if (server !== "gone" || !url.pathname.startsWith("/api/")) return false;
        response.destroy();
        return true;
      },
      caching: false,
    });
    const { page } = await start(open, origin, { decoder, bufferBytes: 14 * 320 * 180 * 2.5, cacheBytes: 0 });
    await page.evaluate(async () => {
      const { harness } = window;
      await harness.player.seek(0);
      await harness.paired();
      window.over = harness.ended();
      harness.player.play();
    });
    await until(`${decoder}: a request for segment ${missing}`, () => server === "gone");
    const isHeld = () => page.evaluate(() => window.harness.player.state === "buffering");
    await until(`${decoder}: playback held before segment ${missing}`, isHeld);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const held = await page.evaluate(() => window.harness.readings.at(-1).frame);
    server = "back";
    const { readings, errors } = await page.evaluate(async () => {
      const { harness } = window;
      await window.over;
      await harness.paired();
      return { readings: harness.readings, errors: harness.errors.map(({ code, fatal }) => [code, fatal]) };
    });
    const frames = readings.map(({ frame }) => frame);
    const wrong = readings.filter(({ frame, plate, mask, matte }) => plate !== frame || (matte === "paired" && mask !== frame));
    assert.deepEqual(wrong.slice(0, 3), [], `${decoder}: ${wrong.length} mismatched pictures`);
    const first = missing * manifest(1).grid.length;
    assert.ok(held < first && frames.at(-1) === 95, `${decoder}: held at ${held}, ended at ${frames.at(-1)}`);
    assert.ok(frames.slice(1).every((frame, i) => frame >= frames[i]), `${decoder}: out of order: ${frames}`);
    assert.ok(errors.every(([code, fatal]) => code === "network" && !fatal), `${decoder}: ${errors}`);
    await page.close();
  }
}

await runCases([
  retriesWhatFails,
  comesBackWithTheServer,
  showsThePlateWhileTheMatteIsMissing,
  refusesAMisplacedSegment,
  doesNotWaitForOneSlowSegment,
  showsASegmentAsItIsMade,
  bearsAnAnswerThatBreaksOff,
  keepsItsMemoryBounded,
  showsALiveMaskOnItsFrameOnly,
  pausesWhileHidden,
  playsOnWhenTheServerIsBack,
]);
