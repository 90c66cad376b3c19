/**
 * Both decoders give the same picture: `node agreement.mjs FIXTURE`. Composites of WebCodecs and of
 * WASM, and of a worker and the page's thread, are compared pixel by pixel in every view, and the
 * matte with what was encoded.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withBrowser } from "./support/harness.mjs";

const [fixture] = process.argv.slice(2);
const VIEWS = [
  { kind: "original" },
  { kind: "overlay", opacity: 0.6, outline: true },
  { kind: "cutout", background: { kind: "color", color: "#00ff00" } },
  { kind: "cutout" },
  { kind: "matte" },
];
const FRAMES = [3, 40, 77];
const TOLERANCE = 2;

/** Shows each view and frame on three players and compares them. Runs in the page. */
async function compare({ views, frames }) {
  const variants = [
    { decoder: "webcodecs", thread: "worker" },
    { decoder: "wasm", thread: "worker" },
    { decoder: "webcodecs", thread: "main" },
  ];
  const harnesses = variants.map((variant) => new window.Harness({ projectId: "p1", ...variant }));
  const worst = { decoders: 0, threads: 0, matte: 0 };
  const difference = (a, b) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
  const pictures = [];
  await Promise.all(harnesses.map(({ player }) => player.load(1)));
  for (const view of views) {
    for (const frame of frames) {
      const shown = await Promise.all(
        harnesses.map(async (harness) => {
          await harness.setView(view);
          await harness.player.seek(frame);
          await harness.paired();
          return harness.player.readPixels();
        }),
      );
      const [reference, wasm, main] = shown;
      worst.decoders = Math.max(worst.decoders, difference(reference.data, wasm.data));
      worst.threads = Math.max(worst.threads, difference(reference.data, main.data));
      pictures.push(...shown.map((one) => ({ asked: frame, frame: one.frame, matte: one.matte })));
      if (view.kind !== "matte") continue;
      // The middle third's matte is a ramp over the width: every grey must arrive as it was put in.
      for (let x = 0; x < reference.width; x += 1) {
        const expected = Math.round((x * 255) / (reference.width - 1));
        const off = Math.abs(reference.data[(90 * reference.width + x) * 4] - expected);
        worst.matte = Math.max(worst.matte, off);
      }
    }
  }
  const used = await Promise.all(harnesses.map(({ player }) => player.stats()));
  return { worst, pictures, used: used.map(({ decoder, thread }) => ({ decoder, thread })), variants };
}

await withBrowser(async ({ site, open }) => {
  const origin = await site({ stream: join(fixture, "stream", "right") });
  const { page, problems } = await open(`${origin}/harness.html`);
  const result = await page.evaluate(compare, { views: VIEWS, frames: FRAMES });
  assert.deepEqual(problems, []);
  assert.deepEqual(result.used, result.variants);
  assert.ok(result.pictures.every(({ asked, frame, matte }) => frame === asked && matte === "paired"));
  const { worst } = result;
  assert.ok(worst.decoders <= TOLERANCE, `the decoders differ by ${worst.decoders}/255`);
  assert.ok(worst.threads <= TOLERANCE, `the threads differ by ${worst.threads}/255`);
  assert.equal(worst.matte, 0, `the matte is off by ${worst.matte}/255`);
  return { compared: result.pictures.length, worst };
});
