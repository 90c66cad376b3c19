/**
 * The edge stage in the player: `node edge.mjs FIXTURE`. Its shaders make the same of a matte as the
 * export does, to one code, and notice it when they do not.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runCases, start } from "./support/cases.mjs";

const [fixture] = process.argv.slice(2);
const edges = join(fixture, "edges");
const stream = join(fixture, "stream", "right");
const WIDTH = 320;

const { frame, edge } = JSON.parse(await readFile(join(edges, "played.json"), "utf8"));
const planes = {};
for (const name of ["drawn-1", "played-1", "played-2"]) planes[name] = await readFile(join(edges, `${name}.bin`));
const NEUTRAL = { clip_black: 0, clip_white: 1, smooth: 0, grow: 0, feather: 0, despill: 0 };

/** The player's picture of the frame, red alone where `red`: canvas and picture have the same pixels. */
async function pictureOf(page, { edge, view = { kind: "matte" }, wipe = null, at = frame }, red = true) {
  const data = await page.evaluate(
    async ({ edge, view, wipe, at }) => {
      const { player } = window.harness;
      player.setObjects([{ id: "o1", color: "#ff0000", visible: true, ...(edge && { edge }) }]);
      player.setView(view);
      await player.setWipe(wipe);
      await player.seek(at);
      await window.harness.paired();
      const other = typeof wipe?.against === "number" ? "paired" : undefined;
      await window.until("both sides", () => window.harness.readings.at(-1).against?.matte === other);
      return [...(await player.readPixels()).data];
    },
    { edge, view, wipe, at },
  );
  return red ? data.filter((_, i) => i % 4 === 0) : data;
}

/** The largest difference of any code. */
const apart = (a, b) => a.reduce((most, code, i) => Math.max(most, Math.abs(code - b[i])), a.length === b.length ? 0 : 999);
/** A line through the last two bars of the bar code, which differ between the revisions. */
const LINE = 300;
/** The codes left, or right, of the line. */
const half = (codes, channels, right) => codes.filter((_, i) => (i / channels) % WIDTH >= LINE === right);

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

/** A little more of one number than the reference has, where that is not neutral. */
async function noticesOtherNumbers(site, open) {
  const { page } = await open(`${await site({ stream: edges })}/edge.html`);
  const cases = await page.evaluate(() => fetch("/api/v1/coverage/cases.json").then((answer) => answer.json()));
  for (const more of [{ feather: 0.3 }, { smooth: 0.2 }, { grow: 0.2 }, { clip_white: -0.03 }]) {
    const [name] = Object.keys(more);
    const differences = await page.evaluate((given) => window.compareCoverage(given), more);
    const large = ({ width, edges: [one] }) => width > 30 && one[name] !== NEUTRAL[name];
    const used = differences.filter((_, i) => large(cases[i]));
    assert.ok(used.length >= 8, name);
    const missed = used.filter(({ worst }) => worst <= 1).length;
    assert.ok(missed <= used.length / 4, `${name}: ${missed} of ${used.length} were not noticed`);
  }
  for (const more of [{ despill: -0.05 }, { grow: 4 }]) {
    const differences = await page.evaluate((given) => window.compareColours(given), more);
    for (const part of ["luma", "chroma"]) {
      assert.ok(differences.some((one) => one[part].worst > 1), `${part}: ${JSON.stringify(more)} was not noticed`);
    }
  }
}

/** The stream's mattes, live masks, and the other revision left of a wipe; also after the graphics were gone. */
async function showsThemHoweverTheMatteCame(site, open) {
  const origin = await site({ stream });
  for (const path of [{ decoder: "webcodecs" }, { decoder: "wasm" }, { decoder: "webcodecs", thread: "main" }]) {
    const { page, problems } = await start(open, origin, path);
    const where = JSON.stringify(path);
    const plain = await pictureOf(page, {});
    assert.ok(apart(plain, planes["drawn-1"]) <= 1, `${where}: no edge`);
    assert.equal(apart(plain, await pictureOf(page, { edge: NEUTRAL })), 0, `${where}: a neutral edge`);
    const shown = await pictureOf(page, { edge });
    assert.ok(apart(shown, planes["played-1"]) <= 1, `${where}: the matte`);
    assert.ok(apart(shown, plain) > 50, `${where}: the edge changes nothing`);
    const wiped = await pictureOf(page, { edge, wipe: { position: LINE / WIDTH, against: 2 } });
    assert.ok(apart(half(wiped, 1, true), half(planes["played-1"], 1, true)) <= 1, `${where}: right of the wipe`);
    assert.ok(apart(half(wiped, 1, false), half(planes["played-2"], 1, false)) <= 1, `${where}: left of the wipe`);
    await page.evaluate(async () => {
      await window.harness.loseContext();
      await window.harness.restoreContext();
    });
    assert.equal(apart(await pictureOf(page, { edge }), shown), 0, `${where}: after a lost context`);
    await page.evaluate(
      async ({ data, width }) => {
        const { player } = window.harness;
        const mask = { width, height: data.length / width, data: new Uint8Array(data) };
        player.setLiveMask(20, "o1", mask);
        await player.stats();
      },
      { data: [...planes["drawn-1"]], width: WIDTH },
    );
    assert.ok(apart(await pictureOf(page, { edge, at: 20 }), planes["played-1"]) <= 1, `${where}: the live mask`);
    assert.deepEqual(problems.filter((text) => !text.includes("CONTEXT_LOST")), [], where);
    await page.close();
  }
}

/** Left of a wipe the colours come from the other revision's mattes, and from none in the original. */
async function takesColoursFromEachSidesMattes(site, open) {
  const { page } = await start(open, await site({ stream }));
  const view = { kind: "cutout", background: { kind: "color", color: "#204060" } };
  const spilled = { ...NEUTRAL, feather: 3, despill: 1 };
  const look = (given) => pictureOf(page, { view, edge: spilled, ...given }, false);
  const right = await look({});
  assert.ok(apart(right, await look({ edge: { ...spilled, despill: 0 } })) > 8, "no colour changes");
  const wiped = await look({ wipe: { position: LINE / WIDTH, against: 2 } });
  const original = await look({ wipe: { position: LINE / WIDTH, against: "original" } });
  const plate = await look({ view: { kind: "original" } });
  await page.evaluate(() => window.harness.player.setRevision(2));
  const left = await look({});
  for (const [name, codes] of Object.entries({ wiped, original })) {
    assert.equal(apart(half(codes, 4, true), half(right, 4, true)), 0, `right of the wipe: ${name}`);
  }
  assert.equal(apart(half(wiped, 4, false), half(left, 4, false)), 0, "left of the wipe");
  assert.ok(apart(half(left, 4, false), half(right, 4, false)) > 8, "both revisions look alike on the left");
  assert.ok(apart(half(left, 4, true), half(right, 4, true)) > 8, "both revisions look alike on the right");
  assert.equal(apart(half(original, 4, false), half(plate, 4, false)), 0, "the original left of the wipe");
}

/** Draws and uploads that a picture takes: none more without an edge, none again for the same picture. */
async function costsNothingWhereNothingChanges(site, open) {
  const { page } = await start(open, await site({ stream }), { thread: "main" });
  await page.evaluate(() => {
    window.calls = 0;
    const { prototype } = window.WebGL2RenderingContext;
    for (const name of ["drawArrays", "texSubImage2D", "texSubImage3D", "texImage2D"]) {
      const own = prototype[name];
      prototype[name] = function (...args) {
        window.calls += 1;
        return own.apply(this, args);
      };
    }
  });
  const cost = async (edge, zoom) => {
    await page.evaluate((to) => window.harness.setTransform({ zoom: to, centerX: 0.5, centerY: 0.5 }), zoom);
    const view = { kind: "cutout" };
    await pictureOf(page, { edge, view });
    await page.evaluate(() => (window.calls = 0));
    // Reading draws the picture once more.
    await page.evaluate((to) => window.harness.setTransform({ zoom: to, centerX: 0.4, centerY: 0.5 }), zoom);
    await page.evaluate(() => window.harness.player.readPixels());
    return page.evaluate(() => window.calls);
  };
  const fromNothing = async (edge) => {
    await pictureOf(page, { at: frame + 1, view: { kind: "cutout" } });
    await page.evaluate(() => (window.calls = 0));
    await pictureOf(page, { edge, view: { kind: "cutout" } });
    return page.evaluate(() => window.calls);
  };
  const without = await cost(undefined, 0.9);
  assert.ok(without > 0);
  assert.equal(await cost(NEUTRAL, 0.9), without);
  assert.equal(await cost({ ...edge, despill: 1 }, 0.9), without);
  assert.ok((await fromNothing({ ...edge, despill: 1 })) > (await fromNothing(undefined)) + 10);
}

await runCases([
  makesTheMattesOfTheExport,
  makesTheColoursOfTheExport,
  noticesOtherNumbers,
  showsThemHoweverTheMatteCame,
  takesColoursFromEachSidesMattes,
  costsNothingWhereNothingChanges,
]);
