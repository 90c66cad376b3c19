/**
 * The line through the picture: `node wipe.mjs FIXTURE`. Left of it is the original or another
 * revision, paired like the picture itself; it stays on its point of the picture.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCases } from "./support/cases.mjs";

const [fixture] = process.argv.slice(2);
const stream = join(fixture, "stream", "right");
const { addresses } = JSON.parse(readFileSync(join(stream, "manifest-1.json"), "utf8")).objects[0].matte;
/** A frame whose matte revision 2 replaced, and its segment. */
const FRAME = 30;
const SEGMENT = 2;

async function start(open, origin) {
  const { page } = await open(`${origin}/harness.html`);
  await page.evaluate(async (frame) => {
    window.harness = new window.Harness({ projectId: "p1" });
    await window.harness.player.load(2);
    await window.harness.player.seek(frame);
    await window.harness.paired();
  }, FRAME);
  return page;
}

/** The bar code in the mask's row with the line at each of these positions. */
async function codesAt(page, against, positions) {
  return page.evaluate(async ([other, all]) => {
    const { harness } = window;
    const codes = [];
    for (const position of all) {
      await harness.setWipe({ position, against: other });
      // A line that moves redraws the picture without an event; going there and back tells.
      await harness.player.step(1);
      await harness.player.step(-1);
      const side = () => harness.readings.at(-1).against;
      await window.until(`the pair left of ${position}`, () => side()?.matte !== "pending");
      codes.push(harness.readings.at(-1).bits);
    }
    return codes;
  }, [against, positions]);
}

async function showsAnotherRevision(site, open) {
  const page = await start(open, await site({ stream }));
  const mask = FRAME * 16;
  // Revision 1 says 0001 in the last four cells, revision 2 says 0010.
  const codes = await codesAt(page, 1, [0, 14 / 16, 15 / 16, 1]);
  assert.deepEqual(codes, [mask + 2, mask + 2, mask, mask + 1]);
  assert.deepEqual(await codesAt(page, "original", [0, 1]), [mask + 2, 0]);
  const said = await page.evaluate(() => window.harness.readings.at(-1).against);
  assert.equal(said, null);
}

async function decodesOnceWhatBothShare(site, open) {
  const page = await start(open, await site({ stream }));
  const [before, after] = await page.evaluate(async () => {
    const { harness } = window;
    const decoded = async () => (await harness.player.stats()).decoded.matte;
    /** How many there are once so many are; whatever is decoded twice comes soon after. */
    const atRest = async (least) => {
      await window.until(`${least} decoded mattes`, async () => (await decoded()) >= least);
      await window.rest(500);
      return decoded();
    };
    const alone = await atRest(96);
    await harness.setWipe({ position: 0.5, against: 1 });
    return [alone, await atRest(96 + 48)];
  });
  // Of eight segments of twelve frames revision 2 replaced four.
  assert.deepEqual([before, after], [96, 96 + 48]);
}

async function marksTheSideThatIsMissing(site, open) {
  let held = true;
  const waiting = [];
  const faults = (url) => {
    if (!held || !url.pathname.includes(`${addresses[SEGMENT]}.m4s`)) return false;
    return new Promise((resolve) => waiting.push(resolve));
  };
  const page = await start(open, await site({ stream, faults }));
  const pending = await page.evaluate(async () => {
    const { harness } = window;
    await harness.setWipe({ position: 0.5, against: 1 });
    await window.until("a side left of the line", () => harness.readings.at(-1).against !== null);
    return harness.readings.at(-1);
  });
  held = false;
  for (const resolve of waiting) resolve(false);
  const paired = await page.evaluate(async () => {
    const { harness } = window;
    await window.until("its pair", () => harness.readings.at(-1).against?.matte === "paired");
    return harness.readings.at(-1);
  });
  const mask = FRAME * 16;
  assert.deepEqual([pending.matte, pending.against], ["paired", { revision: 1, matte: "pending" }]);
  // The left half shows no matte at all, the right half its own.
  assert.equal(pending.bits, (mask + 2) & 0xff);
  assert.deepEqual([paired.bits, paired.against.revision], [mask + 2, 1]);
}

async function staysOnThePicture(site, open) {
  const page = await start(open, await site({ stream }));
  const { row, line } = await page.evaluate(async () => {
    const { harness } = window;
    const { player } = harness;
    await harness.setView({ kind: "matte" });
    await harness.setWipe({ position: 0.5, against: "original" });
    // The canvas shows the picture from 0.05 to 0.55 of its width.
    player.setViewTransform({ zoom: 2, centerX: 0.3, centerY: 0.5 });
    const { data, width } = await player.readPixels();
    return { row: [...data.slice(90 * width * 4, 91 * width * 4)], line: player.toCanvas(0.5, 0).x };
  });
  const grey = (x) => row[4 * x] === row[4 * x + 1] && row[4 * x] === row[4 * x + 2];
  const columns = Array.from({ length: 320 }, (_, x) => x);
  assert.ok(Math.abs(line - 0.9 * 320) < 1e-6, `the line is said to be at ${line}`);
  assert.ok(columns.slice(289).every(grey), "the matte does not begin at the line");
  assert.ok(columns.slice(0, 287).filter(grey).length < 40, "the original does not reach the line");
}

async function refusesARevisionThatIsNot(site, open) {
  const page = await start(open, await site({ stream }));
  const [refusal, shown] = await page.evaluate(async () => {
    const { harness } = window;
    const message = await harness.player.setWipe({ position: 0.5, against: 99 }).catch((error) => error.message);
    await harness.player.step(1);
    return [message, harness.readings.at(-1)];
  });
  assert.match(refusal, /manifest-99/);
  assert.deepEqual([shown.frame, shown.plate, shown.against], [FRAME + 1, FRAME + 1, null]);
}

await runCases([
  showsAnotherRevision,
  decodesOnceWhatBothShare,
  marksTheSideThatIsMissing,
  staysOnThePicture,
  refusesARevisionThatIsNot,
]);
