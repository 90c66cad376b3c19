/**
 * What the player takes for granted of the browser: `node assumptions.mjs FIXTURE`. A failure here
 * means that the platform changed, before any user sees it.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withBrowser } from "./support/harness.mjs";

const [fixture] = process.argv.slice(2);

await withBrowser(async ({ site, open }) => {
  const origin = await site({ stream: join(fixture, "stream", "right") });
  const { page, problems } = await open(`${origin}/assumptions.html`);
  const answers = await page.evaluate(() => window.askPlatform());
  assert.deepEqual(problems, []);
  for (const [assumption, holds] of Object.entries(answers)) assert.equal(holds, true, assumption);
  return answers;
});
