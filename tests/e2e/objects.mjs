/**
 * Several objects in one clip, revisions, and the timeline by keyboard, in a real browser.
 *
 *     node objects.mjs '{"url", "clip", "scene": {...}, "shots"?}'
 */

import { check, until } from "./editor.mjs";
import { inTurn, perform } from "./script.mjs";

/** The second object: the rock, which does not move. */
const ROCK = [0.56, 0.75];

const row = (editor, name) =>
  editor.page.locator(".object").filter({ has: editor.page.getByText(name, { exact: true }) });
const names = (project) => project.objects.map(({ name }) => name).join(", ");

async function manifest(editor) {
  const address = `${editor.options.url}/api/v1/projects/${editor.projectId}/manifest`;
  return (await editor.page.request.get(address)).json();
}

/** A button that shows only while its row is pointed at. */
async function inRow(editor, name, button, options = {}) {
  await row(editor, name).hover();
  await row(editor, name).getByRole("button", { name: button }).click(options);
  await editor.page.mouse.move(5, 300);
}

async function twoObjects(editor, { clip, scene }) {
  const { page } = editor;
  await editor.open(clip);
  await editor.cutOut(scene.click);
  const before = await manifest(editor);

  await editor.press("Shift+N");
  await row(editor, "Object 2").waitFor();
  await editor.clickPicture(...ROCK);
  const project = await editor.projectUntil(
    "a click on the second object alone",
    (now) => now.objects[1]?.keyframes.length === 1 && now.objects[0].keyframes[0].clicks.length === 1,
  );
  check(project.objects[0].stale.length === 0, "The second object made the first one stale.");
  await editor.press("Enter");
  await page.getByText("Object 2", { exact: true }).first().waitFor();
  await editor.projectUntil("the second revision", (now) => now.revision === 2);
  await editor.appliedUntil();
  const after = await manifest(editor);
  check(after.objects.length === 2, "The second revision does not hold both objects.");
  const addresses = ({ objects }) => JSON.stringify(objects[0].matte.addresses);
  check(addresses(after) === addresses(before), "The second object disturbed the first one's matte.");
  await editor.shot("two");
}

async function lock(editor) {
  const { page } = editor;
  await inRow(editor, "Object 2", "Lock Object 2");
  await editor.projectUntil("the lock", (now) => now.objects[1].locked);
  await row(editor, "Object 2").getByRole("button", { name: "Unlock Object 2" }).waitFor();
  await editor.clickPicture(0.5, 0.6);
  await page.locator(".toast").filter({ hasText: /locked/ }).waitFor();
  const { objects } = await editor.project();
  check(objects[1].keyframes[0].clicks.length === 1, "A locked object took a click.");
  await row(editor, "Object 2").hover();
  check(
    await row(editor, "Object 2").getByRole("button", { name: "Delete Object 2" }).isDisabled(),
    "A locked object can be deleted.",
  );
  await editor.shot("locked");
  await inRow(editor, "Object 2", "Unlock Object 2");
  await editor.projectUntil("the unlocking", (now) => !now.objects[1].locked);
}

async function soloAndHide(editor) {
  const { page } = editor;
  await inRow(editor, "Object 1", "Hide Object 1", { modifiers: ["Alt"] });
  await page.getByText("Only Object 1 is shown.").waitFor();
  check(await row(editor, "Object 2").evaluate((one) => one.matches(".unseen")), "Solo shows both.");
  check((await editor.project()).objects[0].visible, "Alt-click hid the object.");
  await editor.button("Show all");
  await inRow(editor, "Object 2", "Hide Object 2");
  await editor.projectUntil("the hidden object", (now) => !now.objects[1].visible);
  await page.reload();
  await editor.pictureShown();
  check(
    await row(editor, "Object 2").evaluate((one) => one.matches(".unseen")),
    "A hidden object is shown after a reload.",
  );
  await editor.press("Control+z");
  await editor.projectUntil("undo of the hiding, after a reload", (now) => now.objects[1].visible);
}

async function reorder(editor) {
  const { page } = editor;
  await row(editor, "Object 2").locator(".object-name").click();
  await row(editor, "Object 2").locator(".object-name").focus();
  await editor.press("Alt+ArrowUp");
  await editor.projectUntil("the second object first", (now) => names(now) === "Object 2, Object 1");
  const grip = row(editor, "Object 2").locator(".grip");
  await row(editor, "Object 2").hover();
  const box = await grip.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 + 48, { steps: 6 });
  await page.mouse.up();
  await editor.projectUntil("the drag down again", (now) => names(now) === "Object 1, Object 2");
  await editor.press("Control+z");
  await editor.projectUntil("undo of the drag", (now) => names(now) === "Object 2, Object 1");
  await editor.press("Control+z");
  await editor.projectUntil("undo of both", (now) => names(now) === "Object 1, Object 2");
}

async function renameAndDelete(editor) {
  const { page } = editor;
  await row(editor, "Object 2").locator(".object-name").focus();
  await editor.press("F2");
  await page.getByLabel("New name of Object 2").fill("Rock");
  await editor.press("Enter");
  await row(editor, "Rock").waitFor();
  await inRow(editor, "Rock", "Delete Rock");
  await page.getByText("Deleted “Rock”.").waitFor();
  await editor.projectUntil("one object", (now) => now.objects.length === 1);
  await editor.shot("deleted");
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  const project = await editor.projectUntil("both objects", (now) => now.objects.length === 2);
  check(project.objects[1].keyframes.length === 1, "The object came back without its keyframe.");
  await editor.press("Control+z");
  await editor.projectUntil("undo of the name", (now) => names(now) === "Object 1, Object 2");
}

async function revisions(editor) {
  const { page } = editor;
  await page.getByRole("radio", { name: "Revisions" }).click();
  await page.getByText(/^Object 2 added · \d+ frames changed$/).waitFor();
  await editor.button("Compare with revision 1");
  await page.getByRole("button", { name: "Compare with revision 1", pressed: true }).waitFor();
  await rockOnTheRightOnly(editor);
  await editor.shot("compared");
  await editor.button("Compare with revision 1");
  await editor.button("Restore revision 1");
  await editor.projectUntil("the first revision again", (now) => now.objects.length === 1);
  await page.getByText("Up to date", { exact: true }).waitFor();
  await editor.press("Control+z");
  await editor.projectUntil("undo of the restoring", (now) => now.objects.length === 2);
  await page.getByRole("radio", { name: "Edit" }).click();
}

/** The first revision lacks the rock: left of the wipe its matte is black, right of it white. */
async function rockOnTheRightOnly(editor) {
  const { page } = editor;
  const wipe = page.getByRole("slider", { name: "Wipe between two revisions" });
  await editor.press("3");
  await editor.hidePoints();
  const levelUntil = (side, wanted) =>
    until(`the rock's matte ${side} the wipe`, async () => wanted((await editor.colors([ROCK]))[0][0]));
  await wipe.focus();
  await editor.press("Home");
  await levelUntil("right of", (level) => level > 200);
  await editor.press("End");
  await levelUntil("left of", (level) => level < 60);
  await editor.press("1");
  await editor.press("h");
}

async function timelineByKeyboard(editor) {
  const { page } = editor;
  const timeline = page.getByRole("slider", { name: "Timeline" });
  await row(editor, "Object 1").locator(".object-name").click();
  await timeline.focus();
  await editor.press("Home");
  await editor.frameUntil(0);
  check((await timeline.getAttribute("aria-valuetext")).includes("keyframe"), "Frame 0 says no keyframe.");
  await editor.press("Shift+ArrowRight");
  await editor.press("Shift+ArrowRight");
  await editor.frameUntil(20);
  await until("the mask of frame 20", async () =>
    (await timeline.getAttribute("aria-valuetext")).includes("ready"),
  );
  await editor.press("Shift+Enter");
  const kept = await editor.projectUntil("the kept frame", (now) => now.objects[0].keyframes.length === 2);
  check(kept.objects[0].keyframes.some(({ frame, absent }) => frame === 20 && !absent), "Frame 20 is not kept.");
  await editor.press("End");
  await editor.frameUntil((await editor.clip()).frame_count - 1);
  await editor.press("n");
  await editor.projectUntil("the absence at the end", (now) =>
    now.objects[0].keyframes.some(({ absent }) => absent),
  );
  await editor.press("[");
  await editor.frameUntil(20);
  await editor.press("[");
  await editor.frameUntil(0);
  await editor.shot("keyframes");

  await page.getByRole("button", { name: "Keyframe at 20, Object 1" }).click();
  await editor.frameUntil(20);
  await editor.press("Delete");
  await editor.projectUntil("the deleted keyframe", (now) => now.objects[0].keyframes.length === 2);
  await editor.press("Control+z");
  await editor.projectUntil("undo of that", (now) => now.objects[0].keyframes.length === 3);

  await editor.press("}");
  await page.locator(".timeline-scroll").waitFor();
  await editor.shot("zoomed");
  await editor.press("\\");
  await page.locator(".timeline-scroll").waitFor({ state: "detached" });

  await page.getByRole("slider", { name: "In point" }).focus();
  await editor.press("Shift+ArrowRight");
  await page.getByRole("slider", { name: "Out point" }).focus();
  await editor.press("ArrowLeft");
  await page.getByText("10 to 94", { exact: true }).waitFor();
}

/** Dragging along the timeline shows pictures on the way and ends on the frame under the pointer. */
async function scrub(editor) {
  const { page } = editor;
  const { frame_count: count } = await editor.clip();
  const track = await page.getByRole("slider", { name: "Timeline" }).boundingBox();
  const x = (frame) => track.x + ((frame + 0.5) / count) * track.width;
  await page.evaluate(() => {
    window.shownFrames = new Set();
    const note = () => window.shownFrames.add(document.querySelector("[data-testid=frame]").textContent);
    const options = { characterData: true, subtree: true, childList: true };
    new window.MutationObserver(note).observe(document.querySelector(".read-out"), options);
  });
  await page.mouse.move(x(5), track.y + 40);
  await page.mouse.down();
  await page.mouse.move(x(70), track.y + 40, { steps: 30 });
  await page.locator(".hover-card").getByText("70").waitFor();
  // A slow machine passes pictures over: there the hand goes on a while.
  let frame = 70;
  await until("pictures on the way, not only at its end", async () => {
    if ((await page.evaluate(() => window.shownFrames.size)) > 2) return true;
    frame = frame === 70 ? 5 : 70;
    await page.mouse.move(x(frame), track.y + 40, { steps: 30 });
    return false;
  });
  if (frame !== 70) await page.mouse.move(x(70), track.y + 40);
  await page.mouse.up();
  await editor.frameUntil(70);
  await page.mouse.move(5, 300);
}

const STEPS = [twoObjects, lock, soloAndHide, reorder, renameAndDelete];
STEPS.push(revisions, timelineByKeyboard, scrub);

const options = JSON.parse(process.argv[2]);
await perform(options, (editor, step) => inTurn(editor, step, STEPS, options));
