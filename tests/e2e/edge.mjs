/**
 * An object's edge, set in the page: what is seen while it is set, undone, kept, and written to a file.
 *
 *     node edge.mjs '{"url", "clip", "scene": {...}, "download", "picture", "plain", "shots"?}'
 */

import { writeFileSync } from "node:fs";
import { accessible } from "./axe.mjs";
import { check, until } from "./editor.mjs";
import { decodePng, distance } from "./pixels.mjs";
import { inTurn, perform } from "./script.mjs";

const NEUTRAL = { clip_black: 0, clip_white: 1, smooth: 0, grow: 0, feather: 0, despill: 0 };
/** What is exported. */
const SET = { ...NEUTRAL, grow: 3, feather: 12, despill: 0.8 };

const edgeOf = async (editor) => (await editor.project()).objects[0].edge;
const same = (a, b) => Object.keys(NEUTRAL).every((name) => a[name] === b[name]);
const slider = (editor, name) => editor.page.getByRole("slider", { name, exact: true });
const field = (editor, name) => editor.page.getByRole("spinbutton", { name });

/** The pixels of the stage, without what lies over it. */
async function stageShot(editor) {
  const { page } = editor;
  await page.mouse.move(5, 300);
  return decodePng(await page.locator(".stage canvas").first().screenshot());
}

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How many pixels differ visibly. */
function changed(a, b) {
  let count = 0;
  for (let i = 0; i < a.data.length; i += a.channels) {
    if (Math.abs(a.data[i] - b.data[i]) > 8 || Math.abs(a.data[i + 1] - b.data[i + 1]) > 8) count += 1;
  }
  return count;
}

/** The same once two looks see the same: a canvas shows what was drawn later than the page tells. */
async function stillShot(editor) {
  let before = await stageShot(editor);
  return until("a stage that stands still", async () => {
    const shot = await stageShot(editor);
    const moved = changed(before, shot);
    before = shot;
    return moved === 0 && shot;
  });
}

async function matteShown(editor, { scene }) {
  await editor.view("Matte");
  await until("the matte", async () => {
    const [color] = await editor.colors([scene.background]);
    return distance(color, [0, 0, 0]) < 24;
  });
}

async function cutOut(editor, { clip, scene }) {
  await editor.open(clip);
  await editor.cutOut(scene.click);
  await editor.hidePoints();
  await matteShown(editor, { scene });
}

/** A drag shows what it does on its way, and is one step. */
async function dragFeather(editor) {
  const { page } = editor;
  const before = await stillShot(editor);
  const box = await slider(editor, "Feather").boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 8, y);
  await page.mouse.down();
  for (const share of [0.3, 0.5]) await page.mouse.move(box.x + share * box.width, y);
  // The hand may leave the slider on its way, and rest.
  await page.mouse.move(box.x + 0.7 * box.width, y + 200);
  await until("a softer edge under the hand", async () => {
    const shot = decodePng(await page.locator(".stage canvas").first().screenshot());
    return changed(before, shot) > 500;
  });
  await rest(1000);
  check(same(await edgeOf(editor), NEUTRAL), "The edge was stored before the hand let go.");
  await page.mouse.up();
  const { version } = await editor.projectUntil("the feather", (now) => now.objects[0].edge.feather > 1);
  await editor.shot("feathered");
  await editor.press("Control+z");
  const undone = await editor.projectUntil("undo of the whole drag", (now) => same(now.objects[0].edge, NEUTRAL));
  check(undone.version === version + 1, "The drag was more than one step.");
  await until("the slider at rest", async () => (await slider(editor, "Feather").inputValue()) === "0");
  await until("the edge as it was", async () => changed(before, await stageShot(editor)) === 0);
}

/** Keys are one step once they rest, and fields take what is typed. */
async function setByKeyboard(editor) {
  await slider(editor, "Shrink/grow").focus();
  // In one go: keys that rest are a step.
  await Promise.all(Array.from({ length: 5 }, () => editor.press("ArrowRight")));
  const one = await editor.projectUntil("five presses", (now) => now.objects[0].edge.grow === 0.5);
  await editor.press("Control+z");
  const none = await editor.projectUntil("undo of all five", (now) => now.objects[0].edge.grow === 0);
  check(none.version === one.version + 1, "Each press of a key was a step of its own.");
  for (const [name, value] of [["Shrink/grow in pixels", SET.grow], ["Feather in pixels", SET.feather], ["Despill in percent", 100 * SET.despill]]) {
    await field(editor, name).fill(String(value));
    await editor.press("Enter");
  }
  await editor.projectUntil("what was typed", (now) => same(now.objects[0].edge, SET));
  await field(editor, "Feather in pixels").fill("9");
  await editor.press("Escape");
  await editor.press("ArrowRight");
  await editor.frameUntil(1);
  check((await field(editor, "Feather in pixels").inputValue()) === String(SET.feather), "Escape kept what was typed.");
  await field(editor, "Feather in pixels").fill(String(SET.feather));
  await editor.press("Enter");
  await editor.press("Space");
  await until("playing after a number", async () => (await editor.frame()) > 1);
  await editor.press("Space");
  await editor.press("Home");
  await editor.frameUntil(0);
  check(same(await edgeOf(editor), SET), "Escape made a step of what was typed.");
}

async function survivesReload(editor, options) {
  const { page } = editor;
  await page.getByText("Despill shows in the Cutout view.").waitFor();
  await until("what was undone", async () => (await slider(editor, "Smooth").inputValue()) === "0");
  const before = await stillShot(editor);
  await page.reload();
  await editor.pictureShown();
  await editor.hidePoints();
  await matteShown(editor, options);
  check((await field(editor, "Feather in pixels").inputValue()) === String(SET.feather), "The field lost its value.");
  await until("the same edge after a reload", async () => changed(before, await stageShot(editor)) === 0);
  await page.getByText("Despill shows in the Cutout view.").waitFor();
}

/** A double-click on a slider resets it in one step, and undo brings back what was before both clicks. */
async function reset(editor) {
  const { version } = await editor.project();
  await slider(editor, "Feather").dblclick({ position: { x: 20, y: 8 } });
  const none = await editor.projectUntil("the reset", (now) => now.objects[0].edge.feather === 0);
  check(none.version === version + 1, `A double-click made ${none.version - version} steps.`);
  await editor.press("Control+z");
  await editor.projectUntil("undo of the double-click", (now) => same(now.objects[0].edge, SET));
  await slider(editor, "Smooth").click({ position: { x: 20, y: 8 } });
  await editor.projectUntil("a single click", (now) => now.objects[0].edge.smooth > 0);
  await editor.press("Control+z");
  await editor.projectUntil("undo of the single click", (now) => same(now.objects[0].edge, SET));
}

/** Another object gets the same, and a locked one keeps what it has. */
async function otherObjects(editor) {
  const { page } = editor;
  const row = (name) => page.locator(".object").filter({ has: page.getByText(name, { exact: true }) });
  await editor.press("Shift+N");
  await row("Object 2").waitFor();
  await until("the new object's edge", async () => (await field(editor, "Feather in pixels").inputValue()) === "0");
  await row("Object 1").locator(".object-name").click();
  await accessible(editor, "an edge that is set");
  await editor.button("Use for all objects");
  await editor.projectUntil("the edge of both", (now) => now.objects.every(({ edge }) => same(edge, SET)));
  // It cannot be used for all again.
  await page.getByRole("button", { name: "Use for all objects", disabled: true }).waitFor();
  await row("Object 1").hover();
  await row("Object 1").getByRole("button", { name: "Lock Object 1" }).click();
  await page.getByText("Object 1 is locked: unlock it to change its edge.").waitFor();
  check(await slider(editor, "Feather").isDisabled(), "A locked object's edge can be set.");
  await row("Object 1").hover();
  await row("Object 1").getByRole("button", { name: "Unlock Object 1" }).click();
  await editor.projectUntil("the unlocking", (now) => !now.objects[0].locked);
}

/** What the page shows over the export's own background, and the export. */
async function exported(editor, { download, picture, plain, scene }) {
  const { page } = editor;
  await editor.seek(scene.later.frame);
  await editor.view("Cutout");
  await editor.page.getByRole("radio", { name: "Key", exact: true }).click();
  await editor.page.getByText("Despill shows in").waitFor({ state: "detached" });
  await page.mouse.move(5, 300);
  const canvas = page.locator(".stage canvas").first();
  const keyed = async () => (await editor.colors([scene.later.background]))[0][1] > 200;
  await until("the cutout on its key colour", keyed);
  const before = await stillShot(editor);
  writeFileSync(picture, await canvas.screenshot());
  await editor.button("Reset the edge");
  await until("the cutout without its edge", async () => changed(before, await stageShot(editor)) > 500);
  await stillShot(editor);
  writeFileSync(plain, await canvas.screenshot());
  await editor.projectUntil("the reset", (now) => same(now.objects[0].edge, NEUTRAL));
  await editor.press("Control+z");
  await editor.projectUntil("undo of the reset", (now) => same(now.objects[0].edge, SET));
  await editor.shot("cutout");
  await editor.button("Export");
  await page.getByText("Edges as set for Object 1: grow 3 px, feather 12 px, despill 80 %.").waitFor();
  await editor.shot("export");
  await editor.button("Start export");
  await page.getByRole("link", { name: "Download" }).waitFor({ timeout: 180_000 });
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download" }).click()]);
  await file.saveAs(download);
}

const options = JSON.parse(process.argv[2]);
await perform(options, async (editor, step) => {
  await inTurn(editor, step, [cutOut, dragFeather, setByKeyboard, reset, survivesReload, otherObjects, exported], options);
});
