/**
 * Interoperability (protocol P18): `node hls.mjs FIXTURE SERVER`. hls.js plays a revision's playlist
 * of the video and of the matte to the end, in a plain page with a video element.
 */

import assert from "node:assert/strict";
import { Client, FRAMES } from "./support/client.mjs";
import { withBrowser } from "./support/harness.mjs";

const [fixture, server] = process.argv.slice(2);

await withBrowser(async ({ site, open }) => {
  const client = new Client(server);
  const { project, object } = await client.barCodeProject(fixture);
  const table = await client.json("GET", `projects/${project}/frame-table`);
  const duration = table.end_tick / table.timescale;
  const origin = await site({ api: server });
  const summary = {};
  for (const name of ["video", object]) {
    const address = `${origin}/api/v1/projects/${project}/revisions/1/${name}.m3u8`;
    const { page, problems } = await open(`${origin}/hls.html`);
    const played = await page.evaluate((url) => window.playHls(url), address);
    assert.deepEqual(played.errors, [], `${name}: hls.js reported fatal errors`);
    assert.deepEqual(problems, [], `${name}: the console has errors`);
    assert.ok(played.ended, `${name}: did not reach the end`);
    assert.ok(Math.abs(played.duration - duration) < 0.01, `${name}: lasts ${played.duration} s`);
    assert.ok(played.frames >= FRAMES * 0.9, `${name}: showed ${played.frames} of ${FRAMES} frames`);
    assert.deepEqual([played.width, played.height], [320, 180]);
    summary[name === object ? "matte" : name] = played;
    await page.close();
  }
  return summary;
});
