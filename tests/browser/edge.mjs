/**
 * The edge stage in the player: `node edge.mjs FIXTURE`. Its shaders make the same of a matte as the
 * export does, to one code, and notice it when they do not.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { runCases } from "./support/cases.mjs";

const [fixture] = process.argv.slice(2);
const edges = join(fixture, "edges");

const sum = (list, key) => list.reduce((total, one) => total + one[key], 0);

async function makesTheMattesOfTheExport(site, open) {
  const { page, problems } = await open(`${await site({ stream: edges })}/edge.html`);
  const differences = await page.evaluate(() => window.compareCoverage());
  assert.deepEqual(problems, []);
  assert.ok(differences.length > 100);
  assert.equal(sum(differences, "differing"), 0, JSON.stringify(differences));
}

async function makesTheColoursOfTheExport(site, open) {
  const { page, problems } = await open(`${await site({ stream: edges })}/edge.html`);
  const differences = await page.evaluate(() => window.compareColours());
  assert.deepEqual(problems, []);
  assert.ok(differences.length > 20);
  for (const part of ["luma", "chroma"]) {
    const all = differences.map((one) => one[part]);
    assert.ok(all.every(({ worst }) => worst <= 1), `${part}: ${JSON.stringify(all)}`);
    // Only where a code is all but halfway between two.
    assert.ok(sum(all, "differing") < sum(all, "pixels") / 1000, `${part}: ${JSON.stringify(all)}`);
    assert.ok(sum(all, "pixels") > 10_000, part);
  }
}

/** A little more of one number than the reference has. */
async function noticesOtherNumbers(site, open) {
  const { page } = await open(`${await site({ stream: edges })}/edge.html`);
  for (const change of [{ feather: 3.3 }, { smooth: 1.5 }, { grow: 1.2 }, { clip_white: 0.93 }]) {
    const [name] = Object.keys(change);
    const differences = await page.evaluate((other) => window.compareCoverage(other), change);
    const cases = await page.evaluate(() => fetch("/api/v1/coverage/cases.json").then((answer) => answer.json()));
    const used = differences.filter((_, i) => cases[i].edges[0][name] !== (name === "clip_white" ? 1 : 0));
    assert.ok(used.some(({ worst }) => worst > 1), `${name} was not noticed`);
  }
  for (const change of [{ despill: 0.95 }, { grow: 12 }]) {
    const differences = await page.evaluate((other) => window.compareColours(other), change);
    for (const part of ["luma", "chroma"]) {
      assert.ok(differences.some((one) => one[part].worst > 1), `${part}: ${JSON.stringify(change)} was not noticed`);
    }
  }
}

await runCases([makesTheMattesOfTheExport, makesTheColoursOfTheExport, noticesOtherNumbers]);
