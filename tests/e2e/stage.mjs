/**
 * Everything that a hand does on the picture, in a real browser: previews, boxes, paint, lassos,
 * the crosshair of the keyboard, fingers, menus, and what happens when the server says no.
 *
 *     node stage.mjs '{"url", "clip", "scene", "shots"?}'
 */

import { check, until } from "./editor.mjs";
import {
  clickPreview,
  draw,
  heldBack,
  keyframe,
  marked,
  maskAt,
  previewAt,
  refusalTold,
  refusing,
  tintedUntil,
  untouchedUntil,
} from "./marks.mjs";
import { distance } from "./pixels.mjs";
import { inTurn, perform } from "./script.mjs";

/** A playhead at rest has the server make its frame ready for a click, and changes nothing. */
async function ready(editor) {
  const asked = editor.page.waitForResponse("**/objects/new/frames/1/ready");
  await editor.press("ArrowRight");
  check((await asked).status() === 204, `Making ready answers ${(await asked).status()}.`);
  check(!(await editor.project()).can_undo, "Making ready is a step.");
  await editor.press("Home");
  await editor.frameUntil(0);
}

/** The first click of all is refused: the player lets go of the mask that it held for it. */
async function refusedAtFirst(editor, { scene }) {
  const sentence = "Frame 0 cannot be read; open the clip anew.";
  const [plate] = await editor.stillColors([scene.object]);
  const answer = await heldBack(editor, "**/clicks", refusing(sentence));
  await clickPreview(editor, scene.click);
  await tintedUntil(editor, scene.object, plate);
  answer();
  await refusalTold(editor, "**/clicks", sentence);
  await untouchedUntil(editor, scene.object, plate);
  check((await editor.page.locator(".point").count()) === 0, "The refused click left its point.");
  check((await editor.project()).objects.length === 0, "The refused click made an object.");
}

/**
 * What the preview showed is there at once when it is clicked, before the server has answered; the
 * click and the object that it makes are one request and one step.
 */
async function foreseen(editor, { scene }) {
  const posted = [];
  const note = (request) => {
    if (request.method() === "POST" && !request.url().endsWith("/ready")) posted.push(request.url());
  };
  editor.page.on("request", note);
  const [plate] = await editor.stillColors([scene.object]);
  const answer = await heldBack(editor, "**/clicks");
  await clickPreview(editor, scene.click);
  await tintedUntil(editor, scene.object, plate);
  check((await editor.clicks()).length === 0, "The click was answered before its time.");
  answer();
  await until("the click", async () => (await editor.clicks()).length === 1);
  await editor.page.unroute("**/clicks");
  editor.page.off("request", note);
  check(posted.length === 1, `The first click is the requests ${posted.join(", ")}.`);
  await editor.press("Control+z");
  await editor.projectUntil("nothing again", ({ objects }) => objects.length === 0);
}

async function hover(editor, { scene }) {
  const preview = editor.page.getByTestId("preview");
  const spot = await previewAt(editor, scene.click);
  await editor.shot("preview");
  // The next preview may be there before anybody looks.
  await editor.page.evaluate(() => {
    const note = () => {
      window.previewWent ||= document.querySelector("[data-testid=preview]") === null;
    };
    new window.MutationObserver(note).observe(document.querySelector(".stage"), { childList: true, subtree: true });
  });
  await editor.page.mouse.move(spot.x + 60, spot.y + 60);
  await until("the preview gone", () => editor.page.evaluate(() => window.previewWent));
  check((await editor.project()).objects.length === 0, "Hovering made an object.");
  const button = editor.page.getByRole("button", { name: /^Preview/ });
  await until("previews turned off", async () => {
    if ((await button.getAttribute("aria-label")) === "Preview of a click: off") return true;
    await button.click();
    return false;
  });
  await editor.page.mouse.move(spot.x, spot.y);
  await editor.page.waitForTimeout(400);
  check((await preview.count()) === 0, "The preview shows although it is off.");
  await editor.page.mouse.move(5, 300);
}

async function box(editor, { scene }) {
  const [left, top, right, bottom] = scene.box;
  const abandoned = await draw(editor, [left, top], [right, bottom]);
  await editor.page.locator(".shape.live").waitFor();
  await editor.shot("box");
  await editor.press("Escape");
  await editor.page.locator(".shape.live").waitFor({ state: "detached" });
  await abandoned.release();
  const [plate] = await editor.stillColors([scene.object]);
  await (await draw(editor, [left, top], [right, bottom])).release();
  const { prompts } = await marked(editor, 1);
  check(prompts[0].kind === "box", "The box is no prompt.");
  check(Math.abs(prompts[0].box[0] - left) < 0.002, `The box begins at ${prompts[0].box[0]}.`);
  check((await maskAt(editor, ...scene.object)) > 200, "The box did not take the object.");
  await editor.page.mouse.move(5, 300);
  await tintedUntil(editor, scene.object, plate);
  await editor.shot("boxed");
}

/** Paint shows while the server has not answered yet, and is what the server makes of it. */
async function paint(editor, { scene }) {
  const [start, end] = scene.empty;
  const middle = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2];
  const [plate] = await editor.stillColors([middle]);
  await editor.press("b");
  const answer = await heldBack(editor, "**/prompts");
  const stroke = await draw(editor, start, end);
  await tintedUntil(editor, middle, plate);
  await stroke.release();
  await tintedUntil(editor, middle, plate);
  await editor.shot("painted");
  answer();
  const { prompts } = await marked(editor, 2);
  await editor.page.unroute("**/prompts");
  check(prompts[1].kind === "brush" && prompts[1].direct, "The stroke is no direct edit.");
  check((await maskAt(editor, ...middle)) === 255, "The mask is not painted.");
  await editor.page.mouse.move(5, 300);
  await tintedUntil(editor, middle, plate);
}

async function lassoErases(editor, { scene }) {
  const [start, end] = scene.empty;
  const middle = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2];
  await editor.press("d");
  await editor.press("x");
  const erases = editor.page.getByRole("radio", { name: "Erase", checked: true });
  await erases.waitFor();
  const [x, y] = middle;
  const corners = [[-0.03, -0.09], [0.03, -0.09], [0.03, 0.09], [-0.03, 0.09]];
  const around = corners.map(([dx, dy]) => [x + dx, y + dy]);
  const lasso = await draw(editor, ...around);
  await editor.shot("lasso");
  await lasso.release();
  await marked(editor, 3);
  check((await maskAt(editor, ...middle)) === 0, "The lasso erased nothing.");
  check((await maskAt(editor, ...start)) === 255, "The lasso erased what lies outside.");
  await editor.press("x");
}

/** A refused stroke leaves the mask as it was, and the server's sentence. */
async function refused(editor, { scene }) {
  const sentence = "Object 1 is locked; unlock it first.";
  const [start, end] = scene.empty;
  const spot = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2];
  const before = await keyframe(editor);
  await editor.page.mouse.move(5, 300);
  const [plate] = await editor.stillColors([spot]);
  await editor.press("b");
  await editor.page.route("**/prompts", refusing(sentence));
  await (await draw(editor, start, end)).release();
  await refusalTold(editor, "**/prompts", sentence);
  await untouchedUntil(editor, spot, plate);
  check((await keyframe(editor)).mask === before.mask, "The refused stroke changed the mask.");
}

/** What is drawn belongs to the frame that was in sight when it was begun. */
async function keepsItsFrame(editor, { scene }) {
  const [start, end] = scene.empty;
  const stroke = await draw(editor, start, end);
  await editor.press("ArrowRight");
  await editor.press("l");
  await editor.page.waitForTimeout(300);
  check((await editor.frame()) === 0, "A key took the frame away from under the stroke.");
  await stroke.release();
  await marked(editor, 4);
  await editor.press("Control+z");
  await marked(editor, 3);
  await editor.press("Space");
  await until("the clip to play", async () => (await editor.frame()) > 3);
  await (await draw(editor, start, end)).release();
  const { prompts, frame } = await marked(editor, 1);
  check(prompts.length === 1 && frame === (await editor.frame()), "The stroke went elsewhere.");
  await editor.press("Control+z");
  await marked(editor, 0);
  await editor.press("Home");
  await editor.frameUntil(0);
}

async function deleteMarks(editor) {
  await editor.press("v");
  const lasso = editor.page.getByRole("button", { name: "Erase lasso" });
  await lasso.click({ button: "right" });
  await editor.shot("menu");
  await editor.page.getByRole("menuitem", { name: "Delete" }).click();
  await marked(editor, 2);
  await lasso.waitFor({ state: "detached" });
  await editor.page.getByRole("button", { name: "Paint stroke" }).focus();
  await editor.press("Delete");
  await marked(editor, 1);
}

/** The whole of a click without a pointer. */
async function byKeyboard(editor, { scene }) {
  await editor.press("c");
  await editor.page.locator(".crosshair").waitFor();
  const { width } = await editor.clip();
  const left = (scene.click[0] - 0.5) * width < 0;
  for (let i = 0; i < 3; i += 1) await editor.press(left ? "Shift+ArrowLeft" : "Shift+ArrowRight");
  await editor.press("ArrowDown");
  check((await editor.frame()) === 0, "The arrow keys stepped frames under the crosshair.");
  await editor.shot("crosshair");
  await editor.press("Alt+Enter");
  const { clicks } = await marked(editor, 2);
  check(!clicks[0].include, "Alt and Enter do not exclude.");
  check(left === clicks[0].x < 0.5 && clicks[0].y > 0.5, "The click is not under the crosshair.");
  const told = /^Exclude click at \d+ %, \d+ %; mask covers \d+ % of the frame$/;
  await editor.page.getByText(told).waitFor({ state: "attached" });
  await editor.press("m");
  await editor.press("Enter");
  for (let i = 0; i < 3; i += 1) await editor.press("Shift+ArrowDown");
  await editor.press("ArrowRight");
  await editor.page.locator(".shape.live").waitFor();
  await editor.press("Escape");
  await editor.page.locator(".shape.live").waitFor({ state: "detached" });
  await editor.press("Enter");
  for (let i = 0; i < 3; i += 1) await editor.press("Shift+ArrowUp");
  await editor.press("Shift+ArrowRight");
  await editor.press("Space");
  const { prompts } = await marked(editor, 3);
  check(prompts.length === 2 && prompts[1].kind === "box", "The crosshair draws no box.");
  await editor.press("Control+z");
  await marked(editor, 2);
  await editor.press("v");
  await editor.press("Escape");
  await editor.page.locator(".crosshair").waitFor({ state: "detached" });
  await editor.press("ArrowRight");
  await editor.frameUntil(1);
  await editor.press("ArrowLeft");
  await editor.frameUntil(0);
}

/** A box that the crosshair began is in nobody's way when the mouse comes. */
async function mouseAfterKeyboard(editor, { scene }) {
  const [left, top, right, bottom] = scene.box;
  await editor.press("c");
  await editor.press("m");
  await editor.press("Enter");
  await editor.press("Shift+ArrowDown");
  await editor.press("Shift+ArrowRight");
  await editor.page.locator(".shape.live").waitFor();
  await (await draw(editor, [left, top], [right, bottom])).release();
  const { prompts } = await marked(editor, 3);
  const [x0] = prompts.at(-1).box;
  check(Math.abs(x0 - left) < 0.002, `The mouse's box begins at ${x0}.`);
  await editor.press("Control+z");
  await marked(editor, 2);
  await editor.press("v");
}

/** Two fingers zoom and move, one clicks. */
async function fingers(editor, { scene }) {
  const session = await editor.page.context().newCDPSession(editor.page);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 2 });
  const touch = (type, ...points) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  const zoom = editor.page.getByRole("button", { name: /^Zoom: / });
  const before = parseInt(/\d+/.exec(await zoom.getAttribute("aria-label"))[0], 10);
  const { x, y } = await editor.at(0.5, 0.5);
  const marks = (await editor.clicks()).length;
  await touch("touchStart", [x - 40, y]);
  await touch("touchStart", [x - 40, y], [x + 40, y]);
  for (let spread = 50; spread <= 120; spread += 10) {
    await touch("touchMove", [x - spread, y], [x + spread, y]);
  }
  await touch("touchEnd");
  await until(`${before} %, spread threefold`, async () => {
    const after = parseInt(/\d+/.exec(await zoom.getAttribute("aria-label"))[0], 10);
    return Math.abs(after / before - 3) < 0.1;
  });
  check((await editor.clicks()).length === marks, "Two fingers clicked.");
  await editor.shot("pinched");
  await editor.press("f");
  const spot = await editor.at(...scene.click);
  // In one go: a finger that rests asks for the menu.
  await Promise.all([touch("touchStart", [spot.x, spot.y]), touch("touchEnd")]);
  await until("the tapped click", async () => (await editor.clicks()).length === marks + 1);
  const tapped = (await editor.clicks()).at(-1);
  const off = Math.hypot(tapped.x - scene.click[0], tapped.y - scene.click[1]);
  check(off < 0.005, "The tap is off its place.");
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: false });
}

/** Left of the wipe is the plate; keys and pointer move it. */
async function wipe(editor, { scene }) {
  const [plain] = await editor.stillColors([scene.background]);
  await editor.view("Matte");
  await until("the matte", async () => {
    const [color] = await editor.colors([scene.background]);
    return distance(color, [0, 0, 0]) < 24;
  });
  await editor.press("5");
  const handle = editor.page.getByRole("slider", { name: "Wipe between before and after" });
  await handle.waitFor();
  const line = await handle.boundingBox();
  const to = await editor.at(0.95, 0.5);
  await editor.page.mouse.move(line.x + line.width / 2, line.y + line.height / 3);
  await editor.page.mouse.down();
  await editor.page.mouse.move(to.x, to.y, { steps: 6 });
  await editor.page.mouse.up();
  await until("the plate left of the wipe", async () => {
    const [color] = await editor.colors([scene.background]);
    return distance(color, plain) < 24;
  });
  await editor.shot("wipe");
  await handle.focus();
  await editor.press("Home");
  check((await handle.getAttribute("aria-valuenow")) === "0", "Home does not move the wipe.");
  await until("the matte right of it", async () => {
    const [color] = await editor.colors([scene.background]);
    return distance(color, [0, 0, 0]) < 24;
  });
}

async function open(editor, { clip }) {
  await editor.open(clip);
}

const STEPS = [open, ready, refusedAtFirst, foreseen, hover, box, paint, lassoErases, refused];
STEPS.push(keepsItsFrame, deleteMarks, byKeyboard, mouseAfterKeyboard, fingers, wipe);

const options = JSON.parse(process.argv[2]);
await perform(options, (editor, step) => inTurn(editor, step, STEPS, options));
