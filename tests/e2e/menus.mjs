/**
 * Menus in a real browser: of a place in the picture, a point, a keyframe, a lane, the timeline and an
 * object's row, by mouse, by keys and by a resting finger.
 *
 *     node menus.mjs '{"url", "clip", "scene": {...}, "shots"?}'
 */

import { accessible } from "./axe.mjs";
import { check, until } from "./editor.mjs";
import { inTurn, perform } from "./script.mjs";

const menu = (editor, name) => editor.page.getByRole("menu", { name, exact: true });

const closed = (editor) => editor.page.getByRole("menu").waitFor({ state: "detached" });

async function choose(editor, name, item) {
  await menu(editor, name).getByRole("menuitem", { name: item, exact: true }).click();
  await closed(editor);
}

async function rightClick(editor, [x, y]) {
  const at = await editor.at(x, y);
  await editor.page.mouse.click(at.x, at.y, { button: "right" });
}

/** Where the click came to lie beside where it was asked for. */
function near(click, [x, y], what) {
  check(Math.hypot(click.x - x, click.y - y) < 0.005, `${what} is off its place.`);
}

async function ofAPlace(editor, { clip, scene }) {
  await editor.open(clip);
  await rightClick(editor, scene.click);
  await menu(editor, "Picture").waitFor();
  await editor.shot("place");
  await accessible(editor, "the picture's menu");
  await choose(editor, "Picture", "Include here");
  await until("the click", async () => (await editor.clicks()).length === 1);
  await rightClick(editor, scene.background);
  await choose(editor, "Picture", "Exclude here");
  const [include, exclude] = await until("both clicks", async () => {
    const clicks = await editor.clicks();
    return clicks.length === 2 ? clicks : null;
  });
  check(include.include && !exclude.include, "The menu mixes up include and exclude.");
  near(include, scene.click, "The included point");
  near(exclude, scene.background, "The excluded point");
  await rightClick(editor, scene.background.map((part) => part + 0.1));
  const matte = menu(editor, "Picture").getByRole("menuitemradio", { name: "Matte" });
  check((await matte.getAttribute("aria-checked")) === "false", "The menu takes Matte for shown.");
  await matte.click();
  await until("the view", () => editor.page.getByRole("radio", { name: "Matte" }).isChecked());
  await editor.press("1");
}

/** While it plays, the frame that was in sight when the menu came is the one that is clicked. */
async function ofAPictureThatMoves(editor, { scene }) {
  await editor.page.evaluate(() => {
    const note = () => {
      window.frameInSight = Number(document.querySelector("[data-testid=frame]").textContent);
    };
    window.addEventListener("contextmenu", note, { capture: true, once: true });
  });
  await editor.press("Space");
  await until("some frames", async () => (await editor.frame()) > 4);
  await rightClick(editor, scene.click);
  await menu(editor, "Picture").waitFor();
  const frame = await editor.page.evaluate(() => window.frameInSight);
  await choose(editor, "Picture", "Include here");
  const added = await until("the third click", async () => {
    const [object] = (await editor.project()).objects;
    return object.keyframes.find((keyframe) => keyframe.frame > 0);
  });
  check(added.frame === frame, `Clicked frame ${added.frame}, in sight was ${frame}.`);
  await editor.frameUntil(added.frame);
  await editor.press("Control+z");
  await until("two clicks", async () => (await editor.clicks()).length === 2);
  await editor.press("Home");
  await editor.frameUntil(0);
}

async function ofAPointByKeys(editor) {
  const { page } = editor;
  const point = page.getByRole("button", { name: "Point 2, excluded" });
  await point.focus();
  await editor.press("Shift+F10");
  await menu(editor, "Point").waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  check((await focused()) === "Make it include", "The menu does not take the focus.");
  await editor.press("End");
  check((await focused()).startsWith("Delete"), "End does not go to the last item.");
  await editor.press("ArrowDown");
  check((await focused()) === "Make it include", "The arrow keys do not go round.");
  await editor.press("Escape");
  await closed(editor);
  check(await point.evaluate((mark) => mark === document.activeElement), "The focus is not given back.");
  await editor.press("ContextMenu");
  await menu(editor, "Point").waitFor();
  await editor.press("Enter");
  await until("the turned point", async () => (await editor.clicks())[1].include);
}

async function ofAKeyframe(editor) {
  const { page } = editor;
  const mark = page.locator(".keyframe").first();
  await mark.click({ button: "right" });
  await choose(editor, "Keyframe at 0, Object 1", "Not here");
  await page.getByRole("button", { name: "Absent at 0, Object 1" }).waitFor();
  await mark.click({ button: "right" });
  const again = page.getByRole("menuitem", { name: "Not here" });
  check(await again.isDisabled(), "What is absent can be marked absent.");
  await editor.press("Escape");
  await editor.press("Control+z");
  await page.getByRole("button", { name: "Keyframe at 0, Object 1" }).waitFor();
}

async function ofTheTimeline(editor) {
  const { page } = editor;
  const { frame_count: count } = await editor.clip();
  const track = await page.getByRole("slider", { name: "Timeline" }).boundingBox();
  const x = track.x + (30.5 / count) * track.width;
  await page.mouse.click(x, track.y + 40, { button: "right" });
  check((await editor.frame()) === 0, "Asking for the menu moves the playhead.");
  await choose(editor, "Frame 30", "In point here");
  await page.getByText(`30 to ${count - 1}`, { exact: true }).waitFor();
  await editor.press("Shift+X");
}

async function ofAnObject(editor) {
  const { page } = editor;
  const row = page.locator(".object");
  await row.click({ button: "right" });
  await editor.shot("object");
  await accessible(editor, "an object's menu");
  await choose(editor, "Object 1", "Rename");
  await page.keyboard.type("Fish");
  await editor.press("Enter");
  await editor.projectUntil("its name", ({ objects }) => objects[0].name === "Fish");
  await page.getByRole("button", { name: "Lane of Fish" }).click({ button: "right" });
  await choose(editor, "Fish", "Lock");
  await editor.projectUntil("the lock", ({ objects }) => objects[0].locked);
  await row.click({ button: "right" });
  // The page may hear of the lock after this script.
  await menu(editor, "Fish").getByRole("menuitem", { name: "Unlock" }).waitFor();
  const remove = menu(editor, "Fish").getByRole("menuitem", { name: "Delete" });
  check(await remove.isDisabled(), "A locked object can be deleted.");
  await choose(editor, "Fish", "Unlock");
  await editor.projectUntil("it unlocked", ({ objects }) => !objects[0].locked);
}

/** Focus stays among the objects' names when one is deleted by keys, in the list and beside the lanes. */
async function deletedByKeys(editor) {
  const { page } = editor;
  for (const list of [".object-name", ".lane-name"]) {
    await editor.press("Shift+N");
    await editor.projectUntil("two objects", ({ objects }) => objects.length === 2);
    await page.locator(list).nth(1).focus();
    await editor.press("Shift+F10");
    await page.getByRole("menu").waitFor();
    await editor.press("End");
    await editor.press("Enter");
    await page.locator(list).nth(1).waitFor({ state: "detached" });
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    check(focused.startsWith("Fish"), `After deleting in ${list} the focus is at “${focused.slice(0, 40)}”.`);
  }
}

/** A finger that rests asks for the menu and leaves no click. */
async function byFinger(editor, { scene }) {
  const { page } = editor;
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 1 });
  const touch = (type, ...touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  const before = (await editor.clicks()).length;
  const { x, y } = await editor.at(...scene.later.object);
  await touch("touchStart", { x, y });
  await menu(editor, "Picture").waitFor();
  await touch("touchEnd");
  await choose(editor, "Picture", "Include here");
  await until("the click", async () => (await editor.clicks()).length === before + 1);
  near((await editor.clicks()).at(-1), scene.later.object, "The point of the finger");
  const box = await page.locator(".object").boundingBox();
  await touch("touchStart", { x: box.x + 60, y: box.y + 20 });
  await menu(editor, "Fish").waitFor();
  await touch("touchEnd");
  await choose(editor, "Fish", "Delete");
  await editor.projectUntil("no object", ({ objects }) => objects.length === 0);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: false });
}

const STEPS = [ofAPlace, ofAPictureThatMoves, ofAPointByKeys, ofAKeyframe];
STEPS.push(ofTheTimeline, ofAnObject, deletedByKeys, byFinger);

const options = JSON.parse(process.argv[2]);
await perform(options, (editor, step) => inTurn(editor, step, STEPS, options));
