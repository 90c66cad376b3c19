/**
 * The whole journey of a user in a real browser, from the upload to the downloaded export.
 *
 *     node journey.mjs '{"url", "decoder", "clip", "download", "shots"?, "scene": {...}}'
 *
 * Prints what it measured as JSON; any step that does not hold ends it with a sentence. A scene
 * says where things are, in 0..1 of the picture: `object` and `background` on the first frame,
 * `later` is a frame with `object` and `background` there.
 */

import { check, until } from "./editor.mjs";
import { heldBack } from "./marks.mjs";
import { distance } from "./pixels.mjs";
import { inTurn, perform } from "./script.mjs";

const GREEN = [0, 255, 0];

/** The sample or another clip goes up through the file input and opens by itself. */
async function upload(editor, { clip }) {
  await editor.openProjects();
  await editor.shot("projects");
  await editor.upload(clip);
  await editor.pictureShown();
  check((await editor.frame()) === 0, "The editor does not open on the first frame.");
  await editor.shot("opened");
}

async function includeAndExclude(editor, { scene }) {
  const points = [scene.object, scene.background];
  const [object, background] = await editor.stillColors(points);
  await editor.clickPicture(...scene.click);
  await editor.projectUntil("the keyframe of the first click", (project) =>
    project.objects.some((entry) => entry.keyframes.length === 1),
  );
  await until("the mask's tint on the object", async () => {
    const [now] = await editor.colors(points);
    return distance(now, object) > 20;
  });
  await editor.shot("included");
  const [, after] = await editor.colors(points);
  check(distance(after, background) < 8, "The mask spills far into the background.");

  await editor.clickPicture(...scene.exclude, { alt: true });
  await until("two clicks", async () => (await editor.clicks()).length === 2);
  const clicks = await editor.clicks();
  check(clicks[0].include && !clicks[1].include, "Alt-click does not exclude.");
  await editor.page.getByRole("button", { name: "Point 2, excluded" }).waitFor();
  await editor.shot("excluded");

  await editor.press("x");
  await editor.page.locator(".toolbar .exclude[aria-pressed=true]").waitFor();
  await editor.press("x");
}

async function moveDeleteUndo(editor) {
  const before = await editor.clicks();
  const from = await editor.at(before[0].x, before[0].y);
  await editor.page.mouse.move(from.x, from.y);
  await editor.page.mouse.down();
  await editor.page.mouse.move(from.x + 12, from.y + 4, { steps: 4 });
  await editor.page.mouse.up();
  await until("the moved point", async () => (await editor.clicks())[0].x > before[0].x);
  const moved = await editor.clicks();

  await editor.press("Control+z");
  await until("undo of the move", async () => (await editor.clicks())[0].x === before[0].x);
  await editor.press("Control+Shift+z");
  await until("redo of the move", async () => (await editor.clicks())[0].x === moved[0].x);

  const second = editor.page.getByRole("button", { name: "Point 2, excluded" });
  await second.click({ button: "right" });
  await editor.page.getByRole("menuitem", { name: "Delete" }).click();
  await until("the deleted point", async () => (await editor.clicks()).length === 1);
  await second.waitFor({ state: "detached" });
  await editor.press("Control+z");
  await second.waitFor();
  await second.click();
  await editor.press("Delete");
  await until("the point deleted by its key", async () => (await editor.clicks()).length === 1);
  await second.waitFor({ state: "detached" });
  await editor.press("Control+z");
  await second.waitFor();
  await until("undo of that", async () => (await editor.clicks()).length === 2);
}

/** Apply, cancel at once, and go on. However slow the page is, there is still work to be cancelled. */
async function applyCancelContinue(editor) {
  const begin = await heldBack(editor, "**/apply");
  await editor.press("Escape");
  await editor.press("Enter");
  await editor.page.getByText(/^Applying/).waitFor();
  await editor.shot("applying");
  await editor.button("Cancel");
  begin();
  await editor.page.getByText(/^Stopped, \d+ frames left$/).waitFor();
  await editor.page.unroute("**/apply");
  const { revision } = await editor.project();
  check(revision === 1, `The first Apply made revision ${revision}.`);
  await editor.button("Continue");
  await editor.appliedUntil();
  await editor.shot("applied");
}

async function playStepSeek(editor) {
  const { frame_count: count } = (await editor.project()).clip;
  await editor.press("Home");
  await editor.frameUntil(0);
  await editor.press("Space");
  await until("ten played frames", async () => (await editor.frame()) >= 10);
  await editor.press("k");
  await editor.page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await editor.press("Home");
  await editor.frameUntil(0);
  await editor.press("ArrowRight");
  await editor.frameUntil(1);
  await editor.press("Shift+ArrowRight");
  await editor.frameUntil(11);
  await editor.press("ArrowLeft");
  await editor.frameUntil(10);
  await editor.press("End");
  await editor.frameUntil(count - 1);
  await editor.seek(Math.floor(count / 2));
}

/** The matte followed the object; then a click corrects that frame and Apply takes it over. */
async function correctLater(editor, { scene }) {
  const { frame, object, background } = scene.later;
  await editor.seek(frame);
  await editor.view("Matte");
  await until("a matte on the later frame", async () => {
    const [, outside] = await editor.colors([object, background]);
    return distance(outside, [0, 0, 0]) < 24;
  });
  await editor.shot("matte");
  await editor.view("Overlay");
  await editor.clickPicture(...object);
  const project = await editor.projectUntil("the second keyframe", (now) =>
    now.objects[0].keyframes.some((keyframe) => keyframe.frame === frame),
  );
  check(project.objects[0].stale.length > 0, "The correction leaves nothing to update.");
  await editor.shot("corrected");
  await editor.button("Apply");
  await editor.appliedUntil();
  await editor.view("Matte");
  await editor.hidePoints();
  await until("the corrected object in the matte", async () => {
    const [inside, outside] = await editor.colors([object, background]);
    return distance(inside, [255, 255, 255]) < 60 && distance(outside, [0, 0, 0]) < 24;
  });
  await editor.press("h");
}

async function cutout(editor, { scene }) {
  const { object, background } = scene.later;
  await editor.view("Original");
  await editor.hidePoints();
  // The background tells when the picture has replaced the matte, where it was black.
  const original = await until("the original picture", async () => {
    const [inside, outside] = await editor.colors([object, background]);
    return distance(outside, [0, 0, 0]) > 48 && inside;
  });
  await editor.view("Cutout");
  await editor.page.getByRole("radio", { name: "Key", exact: true }).click();
  await until("the key colour around the object", async () => {
    const [inside, outside] = await editor.colors([object, background]);
    return distance(outside, GREEN) < 12 && distance(inside, original) < 48;
  });
  await editor.shot("cutout");
  await editor.press("h");
}

async function exportAndDownload(editor, { download }) {
  await editor.button("Export");
  await longName(editor);
  await editor.shot("export");
  await editor.button("Start export");
  const link = editor.page.getByRole("link", { name: "Download" });
  await link.waitFor({ timeout: 120_000 });
  await editor.shot("exported");
  const arriving = editor.page.waitForEvent("download");
  await link.click();
  await (await arriving).saveAs(download);
  await editor.button("Close");
}

/** A long name is cut short; it does not push the rest out of the dialog. */
async function longName(editor) {
  const name = editor.page.getByLabel("Name of the file");
  await name.fill("long ".repeat(38));
  const wider = await editor.page.locator(".dialog-body").evaluate((body) => body.scrollWidth - body.clientWidth);
  check(wider === 0, `A long name makes the export dialog ${wider} pixels too wide.`);
  await name.fill("");
}

async function reload(editor, { scene }) {
  const before = await editor.project();
  await until("the frame in the address", () => editor.page.url().includes(`frame=${scene.later.frame}`));
  await editor.page.reload();
  await editor.pictureShown();
  await editor.frameUntil(scene.later.frame);
  const after = await editor.project();
  check(JSON.stringify(after) === JSON.stringify(before), "The project changed with a reload.");
  await editor.appliedUntil();
  await editor.view("Matte");
  await editor.hidePoints();
  await until("the matte after the reload", async () => {
    const [inside] = await editor.colors([scene.later.object]);
    return distance(inside, [255, 255, 255]) < 60;
  });
  await editor.shot("reloaded");
}

const STEPS = [
  upload,
  includeAndExclude,
  moveDeleteUndo,
  applyCancelContinue,
  playStepSeek,
  correctLater,
  cutout,
  exportAndDownload,
];

const options = JSON.parse(process.argv[2]);
await perform(options, async (editor, step) => {
  await inTurn(editor, step, STEPS, options);
  const measures = await editor.measures();
  await step("reload", () => reload(editor, options));
  return { measures };
});
