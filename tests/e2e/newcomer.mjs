/**
 * Cuts an object out of a real clip as a person would, by pointer and keys, and tells how long it took.
 *
 *     node newcomer.mjs PLAN.json '{"url", "clip", "download", "shots"?, "decoder"?}'
 *
 * A plan is `{"rounds": [[mark, …], …], "review": [frame, …], "format"?: label}`; a round is what was
 * marked before one Apply. A mark is `{"frame", "click": [x, y], "exclude"?}`, `{"frame", "box":
 * [left, top, right, bottom]}`, `{"frame", "brush" | "lasso": [[x, y], …], "erase"?}`,
 * `{"frame", "absent": true}` or `{"frame", "keep": true}`, places in 0..1 of the picture. After every
 * Apply each frame of `review` is looked at (with `shots`, a screenshot each).
 */

import { readFile } from "node:fs/promises";
import { check, until } from "./editor.mjs";
import { perform } from "./script.mjs";

/** How long a hand rests before it presses, in milliseconds. */
const AIM_MS = 350;

async function pointAt(editor, [x, y], steps = 12) {
  const at = await editor.at(x, y);
  await editor.page.mouse.move(at.x, at.y, { steps });
  return at;
}

async function drag(editor, points) {
  await pointAt(editor, points[0]);
  await editor.page.mouse.down();
  for (const point of points.slice(1)) await pointAt(editor, point, 6);
  await editor.page.mouse.up();
}

/** All that was marked, to see whether anything was added. */
function marksOf(project) {
  return JSON.stringify(project.objects.map((object) => object.keyframes));
}

/** Goes to a frame; the first one by its key, for the in point's handle lies over its slot. */
async function goTo(editor, frame) {
  if (frame > 0) return editor.seek(frame);
  await editor.press("Home");
  return editor.frameUntil(0);
}

/** Does one mark and waits until the server has taken it. */
async function make(editor, mark) {
  const { page } = editor;
  if ((await editor.frame()) !== mark.frame) await goTo(editor, mark.frame);
  const before = marksOf(await editor.project());
  if (mark.click) {
    await pointAt(editor, mark.click);
    await page.waitForTimeout(AIM_MS);
    await editor.clickPicture(...mark.click, { alt: mark.exclude });
  } else if (mark.box) {
    const [left, top, right, bottom] = mark.box;
    await editor.press("m");
    await drag(editor, [[left, top], [right, bottom]]);
    await editor.press("v");
  } else if (mark.brush || mark.lasso) {
    await editor.press(mark.brush ? "b" : "d");
    if (mark.erase) await page.keyboard.down("Alt");
    await drag(editor, mark.brush ?? mark.lasso);
    if (mark.erase) await page.keyboard.up("Alt");
    await editor.press("v");
  } else {
    check(mark.absent || mark.keep, `The mark ${JSON.stringify(mark)} says nothing.`);
    await editor.press(mark.absent ? "n" : "Shift+Enter");
  }
  await editor.projectUntil("the mark's mask", (project) => marksOf(project) !== before);
}

async function review(editor, frames, round) {
  if (!editor.options.shots) return;
  await editor.hidePoints();
  for (const frame of frames) {
    await goTo(editor, frame);
    await editor.page.waitForTimeout(400);
    await editor.shot(`round-${round}-frame-${frame}`);
  }
  await editor.press("h");
}

async function exportFile(editor, format, download) {
  await editor.button("Export");
  if (format) await editor.page.getByText(format).click();
  await editor.button("Start export");
  const link = editor.page.getByRole("link", { name: "Download" });
  await link.waitFor({ timeout: 300_000 });
  await editor.shot("exported");
  const arriving = editor.page.waitForEvent("download");
  await link.click();
  await (await arriving).saveAs(download);
}

async function cutOut(editor, step, { clip, download }, plan) {
  await step("upload to picture", () => editor.open(clip));
  for (const [index, round] of plan.rounds.entries()) {
    const number = index + 1;
    await step(`marks ${number}`, async () => {
      for (const mark of round) await make(editor, mark);
    });
    await editor.page.waitForTimeout(600);
    await editor.shot(`round-${number}-marked`);
    await step(`apply ${number}`, async () => {
      await editor.press("Enter");
      await until("the end of the work", () =>
        editor.page.getByText("Up to date", { exact: true }).isVisible(), 300_000);
    });
    await review(editor, plan.review, number);
  }
  await step("export", () => exportFile(editor, plan.format, download));
}

const plan = JSON.parse(await readFile(process.argv[2], "utf8"));
const options = { width: 1440, height: 900, ...JSON.parse(process.argv[3]) };
await perform(
  options,
  async (editor, step) => {
    await cutOut(editor, step, options, plan);
    const marks = plan.rounds.flat().length;
    return { marks, applies: plan.rounds.length, measures: await editor.measures() };
  },
  { patience: 1_800_000 },
);
