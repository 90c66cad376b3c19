/**
 * Both decoders give the same picture: `node agreement.mjs FIXTURE`. Composites of WebCodecs and of
 * WASM are compared pixel by pixel in every view, and with what the plate and matte should be.
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

async function composites({ decoder, thread, views, frames }) {
  const harness = new window.Harness({ projectId: "p1", decoder, thread });
  await harness.player.load(1);
  const pictures = [];
  for (const view of views) {
    await harness.setView(view);
    for (const frame of frames) {
      await harness.player.seek(frame);
      await harness.paired();
      const { data, ...rest } = await harness.player.readPixels();
      pictures.push({ ...rest, view: view.kind, data: Array.from(data) });
    }
  }
  const stats = await harness.player.stats();
  harness.player.destroy();
  return { pictures, stats };
}

function worstDifference(a, b) {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}

await withBrowser(async ({ site, open }) => {
  const origin = await site({ stream: join(fixture, "stream", "right") });
  const variants = [
    { decoder: "webcodecs", thread: "worker" },
    { decoder: "wasm", thread: "worker" },
    { decoder: "webcodecs", thread: "main" },
  ];
  const results = [];
  for (const variant of variants) {
    const { page, problems } = await open(`${origin}/harness.html`);
    const result = await page.evaluate(composites, { ...variant, views: VIEWS, frames: FRAMES });
    assert.deepEqual(problems, []);
    assert.equal(result.stats.decoder, variant.decoder);
    assert.equal(result.stats.thread, variant.thread);
    results.push(result.pictures);
    await page.close();
  }
  const [webcodecs, wasm, mainThread] = results;
  const worst = { decoders: 0, threads: 0, matte: 0 };
  webcodecs.forEach((picture, i) => {
    assert.equal(picture.frame, FRAMES[i % FRAMES.length]);
    assert.equal(picture.matte, "paired");
    worst.decoders = Math.max(worst.decoders, worstDifference(picture.data, wasm[i].data));
    worst.threads = Math.max(worst.threads, worstDifference(picture.data, mainThread[i].data));
    if (picture.view !== "matte") return;
    // The middle third's matte is a ramp over the width: every grey must arrive as it was put in.
    for (let x = 0; x < picture.width; x += 1) {
      const at = (90 * picture.width + x) * 4;
      const expected = Math.round((x * 255) / (picture.width - 1));
      worst.matte = Math.max(worst.matte, Math.abs(picture.data[at] - expected));
    }
  });
  assert.ok(worst.decoders <= TOLERANCE, `the decoders differ by ${worst.decoders}/255`);
  assert.ok(worst.threads <= TOLERANCE, `the threads differ by ${worst.threads}/255`);
  assert.ok(worst.matte === 0, `the matte is off by ${worst.matte}/255`);
  return { compared: webcodecs.length, worst };
});
