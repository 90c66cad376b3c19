/**
 * Measures in a real browser what a user waits for, on the sample clip of a running server:
 *
 *     npm run measure --workspace app -- [--rounds 4] [--submitted] [--json FILE]
 *
 * MATTEBOX_SERVER names another address. Each round opens a project of its own, and no two clicks are
 * at the same place, so that nothing was made before.
 *
 * A click: from the event that gives it until the picture with the server's mask is drawn; where the
 * pointer had just come, and where it had rested until the preview showed, which itself does not count.
 * The first click on a frame comes half a second after its picture, sooner than a hand is there. The
 * same while masks are carried through the clip.
 *
 * Apply: from the press until the first picture at the playhead is drawn that has its mask from the
 * matte stream: with the playhead on the first keyframe, whose own mask shows all the while; in every
 * second round on the frame beside it, which shows none before; and on the frame beside a correction, in
 * the middle of a segment and between other keyframes, which are looked at from both sides.
 *
 * Drawn means that the graphics process has finished; with `--submitted`, that it was told to draw.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Editor, check, until } from "./editor.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "4" },
    submitted: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const url = (process.env.MATTEBOX_SERVER ?? "http://127.0.0.1:8000").replace(/\/$/, "");

/** Where the fish is on some frames, in 0..1 of the picture; between them it swims straight on. */
const FISH = [
  [0, 0.241, 0.435],
  [24, 0.348, 0.421],
  [96, 0.753, 0.479],
  [144, 0.712, 0.493],
];
/** Frames of each round on which it lies open: clicked on at rest, and while masks are made. */
const AT_REST = [32, 70, 93, 105];
const BESIDE = [134, 99, 81, 26, 140, 14];

/** From the picture in sight to the first click on it. */
const HAND_MS = 500;
const CLICK = "click-to-mask";
const APPLY = "apply-to-first-picture";

/** Where further clicks go, seen from the first one; nearer they would take hold of it. */
const FURTHER = [[0, 0.06], [0.03, -0.05], [-0.04, 0]];
const PREVIEWED = [0.04, 0.03];
/** No further from a place than that, so that each round's clicks are new. */
const JITTER = 0.004;

/**
 * Has the player's worker wait for what it drew before it tells the page of anything. Reading a pixel
 * back does that; `finish` does not, which Chromium takes for a flush.
 */
const FINISH = `{
  const { prototype } = WebGL2RenderingContext;
  const { drawArrays } = prototype;
  const post = self.postMessage.bind(self);
  const pixel = new Uint8Array(4);
  let drawn = null;
  prototype.drawArrays = function (...args) {
    drawArrays.apply(this, args);
    drawn = this;
  };
  self.postMessage = (...args) => {
    drawn?.readPixels(0, 0, 1, 1, drawn.RGBA, drawn.UNSIGNED_BYTE, pixel);
    drawn = null;
    post(...args);
  };
}
`;

const editor = await Editor.launch({ url, decoder: process.env.MATTEBOX_DECODER ?? "auto" });
const { page } = editor;
let results = {};
let finishing = 0;

if (!values.submitted) {
  await page.route("**/engine.worker-*.js", async (route) => {
    const response = await route.fetch();
    finishing += 1;
    await route.fulfill({ response, body: FINISH + (await response.text()) });
  });
}

/** Does something and waits for the measure that it ends in, which is kept under a name. */
async function measured(name, measure, action) {
  const taken = async () => (await editor.measures()).filter((entry) => entry.name === measure);
  const before = (await taken()).length;
  await action();
  const ms = await until(`a measure of ${name}`, async () => (await taken())[before]?.ms, 180_000);
  (results[name] ??= []).push(ms);
}

const jittered = (place) => place + JITTER * (2 * Math.random() - 1);

function placeOn(frame) {
  const after = Math.max(1, FISH.findIndex(([known]) => known >= frame));
  const [from, to] = [FISH[after - 1], FISH[after]];
  const share = (frame - from[0]) / (to[0] - from[0]);
  return [1, 2].map((axis) => jittered(from[axis] + share * (to[axis] - from[axis])));
}

async function come(frame) {
  await editor.seek(frame);
  await page.waitForTimeout(HAND_MS);
}

/** Clicks on a frame that nobody clicked on before, and further. */
async function click(frame, kind, further) {
  const [x, y] = placeOn(frame);
  await come(frame);
  await measured(`first click on a frame${kind}`, CLICK, () => editor.clickPicture(x, y));
  for (const [dx, dy] of further) {
    await measured(`further click${kind}`, CLICK, () => editor.clickPicture(x + dx, y + dy));
  }
  return [x, y];
}

async function clickPreviewed(x, y) {
  const at = await editor.at(x, y);
  await page.mouse.move(at.x, at.y);
  await page.getByTestId("preview").waitFor();
  await page.mouse.down();
  await page.mouse.up();
}

async function apply(name) {
  await page.mouse.move(5, 300);
  await measured(name, APPLY, () => editor.button("Apply"));
}

const isApplying = () => page.getByRole("button", { name: "Cancel", exact: true }).isVisible();

/** Clicks while masks are carried through the clip, on as many frames as that leaves time for. */
async function clickBeside() {
  for (const frame of BESIDE) {
    const before = structuredClone(results);
    await click(frame, ", applying", FURTHER.slice(0, 2));
    if (await isApplying()) continue;
    // It ended meanwhile: these may have been clicks at rest.
    results = before;
    return;
  }
  await until("the end of Apply", async () => !(await isApplying()), 180_000);
}

/** With the playhead a frame behind a keyframe, where no mask is yet. */
async function applyBeside(name) {
  await editor.press("ArrowRight");
  await page.waitForTimeout(HAND_MS);
  await apply(name);
}

async function round(isBeside) {
  await editor.openProjects();
  await editor.button("Try the sample clip");
  await editor.pictureShown();
  await page.waitForLoadState("networkidle");
  await click(0, "", FURTHER);
  if (isBeside) await applyBeside("Apply beside the first keyframe");
  else await apply("Apply on the first keyframe");
  await clickBeside();
}

/** What was clicked on beside the first Apply is applied with the first click here. */
async function corrections() {
  for (const frame of AT_REST) {
    const [x, y] = await click(frame, "", FURTHER);
    const [dx, dy] = PREVIEWED;
    await measured("click on its preview", CLICK, () => clickPreviewed(x + dx, y + dy));
    await applyBeside("Apply beside a correction");
    await editor.appliedUntil();
  }
}

try {
  for (let i = 0; i < Number(values.rounds); i++) {
    await round(i % 2 === 1);
    await corrections();
  }
  check(values.submitted || finishing > 0, "The player's worker has another name: nothing waited for its drawing.");
} finally {
  await editor.close();
}

for (const [name, times] of Object.entries(results)) {
  const sorted = times.toSorted((a, b) => a - b);
  const share = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  console.log(`${name}: median ${share(0.5)} ms, p95 ${share(0.95)} ms, of ${times.join(", ")}`);
}
console.log(JSON.stringify(results));
if (values.json) writeFileSync(values.json, `${JSON.stringify(results)}\n`);
