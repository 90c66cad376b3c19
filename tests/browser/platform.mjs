/**
 * What the player does with what the browser lends it, and when that is taken away:
 * `node platform.mjs FIXTURE`.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { runCases } from "./support/cases.mjs";

const [fixture] = process.argv.slice(2);
const stream = join(fixture, "stream", "right");

/** Counted at the platform's own doors, not by the player. */
async function keepsNoPictureOpen(site, open) {
  const origin = await site({ stream });
  const { page } = await open(`${origin}/harness.html`);
  const { most, rest, seen } = await page.evaluate(async () => {
    let now = 0;
    let most = 0;
    let seen = 0;
    const Platform = window.VideoDecoder;
    window.VideoDecoder = class extends Platform {
      constructor({ output, error }) {
        super({
          error,
          output: (frame) => {
            now += 1;
            seen += 1;
            most = Math.max(most, now);
            output(frame);
          },
        });
      }
    };
    const { close } = window.VideoFrame.prototype;
    window.VideoFrame.prototype.close = function () {
      now -= 1;
      close.call(this);
    };
    const harness = new window.Harness({ projectId: "p1", thread: "main", bufferBytes: 30 * 320 * 180 * 2.5 });
    const { player } = harness;
    await player.load(1);
    // A slow machine decodes little between two seeks.
    for (let i = 0; i < 40 || (seen <= 200 && i < 400); i += 1) {
      await player.seek((i * 59) % 96);
      if (i % 8 === 0) {
        player.setRate(4);
        player.play();
        await window.rest(200);
        player.pause();
      }
    }
    player.destroy();
    await window.until("no picture open", () => now <= 0);
    return { most, rest: now, seen };
  });
  assert.ok(seen > 200, `only ${seen} pictures were decoded`);
  assert.ok(most <= 16, `${most} pictures were open at once`);
  assert.equal(rest, 0);
}

/** Makes the platform's decoder fail as it does when it is taken away. Runs in the page. */
async function playWithAFailingDecoder({ decodesBeforeEachFailure, failures, frame }) {
  const Platform = window.VideoDecoder;
  let decodes = 0;
  let left = failures;
  window.VideoDecoder = class extends Platform {
    constructor(init) {
      super(init);
      this.fail = init.error;
    }

    decode(chunk) {
      decodes += 1;
      if (left > 0 && decodes > decodesBeforeEachFailure) {
        decodes = 0;
        left -= 1;
        this.close();
        this.fail(new window.DOMException("The codec was reclaimed.", "QuotaExceededError"));
        return;
      }
      super.decode(chunk);
    }
  };
  const { harness } = window;
  await harness.player.load(1);
  await harness.player.seek(frame);
  await harness.paired();
  return { last: harness.readings.at(-1), stats: await harness.player.stats(), errors: harness.errors };
}

async function failingDecoder(site, open, options) {
  const origin = await site({ stream });
  const { page } = await open(`${origin}/harness.html`);
  await page.evaluate(() => {
    // On the page's thread, so that the page can replace the platform's decoder.
    window.harness = new window.Harness({ projectId: "p1", thread: "main" });
  });
  const { last, stats, errors } = await page.evaluate(playWithAFailingDecoder, options);
  assert.deepEqual([last.frame, last.plate, last.mask], [options.frame, options.frame, options.frame]);
  return { stats, errors };
}

async function makesALostDecoderAnew(site, open) {
  const options = { decodesBeforeEachFailure: 20, failures: 2, frame: 70 };
  const { stats, errors } = await failingDecoder(site, open, options);
  assert.equal(stats.decoder, "webcodecs");
  assert.ok(stats.decoderRestarts >= 1);
  assert.deepEqual(errors, []);
}

async function takesWasmWhenWebCodecsBreaks(site, open) {
  const options = { decodesBeforeEachFailure: 0, failures: Infinity, frame: 31 };
  const { stats, errors } = await failingDecoder(site, open, options);
  assert.equal(stats.decoder, "wasm");
  assert.ok(errors.every(({ code, fatal }) => code === "decode" && !fatal));
}

/** However few lines a slow machine draws while playing. */
async function drawsAllLinesAtRest(site, open) {
  const origin = await site({ stream });
  const { page } = await open(`${origin}/harness.html`);
  const { size, last } = await page.evaluate(async () => {
    const harness = new window.Harness({ projectId: "p1", autoResize: true });
    const { player } = harness;
    harness.canvas.style.width = "640px";
    harness.canvas.style.height = "360px";
    player.setReadback(null);
    await player.load(1);
    await harness.playThrough(2);
    await player.seek(30);
    await harness.paired();
    let size = [];
    // A hand that moved a moment ago is still on its way.
    await window.until(() => `all lines, not ${size.join(" x ")}`, async () => {
      const { width, height } = await player.readPixels();
      size = [width, height];
      return width >= 640 && height >= 360;
    });
    return { size, last: harness.readings.at(-1).frame };
  });
  assert.deepEqual([size, last], [[640, 360], 30]);
}

async function saysSoWithoutWebGl(site, open) {
  const origin = await site({ stream });
  const { page } = await open(`${origin}/harness.html`);
  const result = await page.evaluate(async () => {
    window.HTMLCanvasElement.prototype.getContext = () => null;
    const harness = new window.Harness({ projectId: "p1", thread: "main" });
    const refusal = await harness.player.load(1).then(() => null, (error) => error.message);
    return { refusal, errors: harness.errors };
  });
  assert.match(result.refusal, /WebGL 2/);
  assert.deepEqual(result.errors.map(({ code, fatal }) => [code, fatal]), [["webgl-unavailable", true]]);
}

await runCases([
  keepsNoPictureOpen,
  makesALostDecoderAnew,
  takesWasmWhenWebCodecsBreaks,
  drawsAllLinesAtRest,
  saysSoWithoutWebGl,
]);
