/**
 * The history in a real browser: read in words, gone back and forth in by mouse and by keyboard, and
 * the same after a reload.
 *
 *     node history.mjs '{"url", "clip", "scene": {...}, "shots"?}'
 */

import { check, pictureIn, until } from "./editor.mjs";
import { distance } from "./pixels.mjs";
import { inTurn, perform } from "./script.mjs";

/** What every change of the project alters, told apart from what it holds. */
const held = ({ objects, name, revision }) => JSON.stringify({ objects, name, revision });

const rows = (editor) => editor.page.locator(".step button");
const present = (editor) => editor.page.locator('.step button[aria-current="step"]');

async function wordsUntil(editor, wanted) {
  await until(`the steps ${wanted.join(", ")}`, async () => {
    const told = await editor.page.locator(".step-words").evaluateAll((steps) =>
      steps.map(({ children }) => {
        const words = [...children].filter((part) => !part.matches(".tag"));
        return words.map(({ textContent }) => textContent).join(": ");
      }),
    );
    return JSON.stringify(told) === JSON.stringify(wanted);
  });
}

async function deeds(editor, { clip, scene }) {
  await editor.open(clip);
  await editor.page.getByRole("radio", { name: "History" }).click();
  await wordsUntil(editor, ["Clip opened"]);
  await editor.clickPicture(...scene.click);
  await wordsUntil(editor, ["Include click: Object 1, frame 0", "Clip opened"]);
  await editor.clickPicture(...scene.exclude, { alt: true });
  await until("two clicks", async () => (await editor.clicks()).length === 2);
  await editor.press("ArrowRight");
  await editor.frameUntil(1);
  await editor.press("n");
  await editor.press("Shift+N");
  await editor.projectUntil("the second object", ({ objects }) => objects.length === 2);
  await wordsUntil(editor, [
    "Object added: Object 2",
    "Marked absent: Object 1, frame 1",
    "Exclude click: Object 1, frame 0",
    "Include click: Object 1, frame 0",
    "Clip opened",
  ]);
  await editor.shot("told");
}

const tip = (editor, name) => editor.page.getByRole("button", { name, exact: true }).getAttribute("data-tip");

/** Back to the first click by mouse: its frame shows, and what came later is there to be had again. */
async function backByMouse(editor, { scene }) {
  const [, marked] = await editor.colors([scene.background, scene.object]);
  const whole = held(await editor.project());
  await rows(editor).nth(3).click();
  await editor.projectUntil(
    "the first click alone",
    ({ objects }) => objects.length === 1 && objects[0].keyframes.length === 1,
  );
  check((await editor.clicks()).length === 1, "Going back left the second click.");
  await editor.frameUntil(0);
  await until("the present step", async () => (await present(editor).innerText()).includes("Include"));
  check((await editor.page.locator(".step.undone").count()) === 3, "Undone steps do not look so.");
  await editor.page.getByText("Back to: Include click, Object 1, frame 0").waitFor({ state: "attached" });
  await until("the words of undo", async () => (await tip(editor, "Undo")) === "Undo: include click on frame 0");
  await until("the words of redo", async () => (await tip(editor, "Redo")) === "Redo: exclude click on frame 0");
  await until("the mask's tint", async () => {
    const [, now] = await editor.colors([scene.background, scene.object]);
    return distance(now, marked) > 20;
  });
  await editor.shot("back");
  return whole;
}

/** Forth again by keyboard, with the focus where it was. */
async function forthByKeyboard(editor, whole) {
  const { page } = editor;
  await present(editor).focus();
  await editor.press("Home");
  await editor.press("ArrowDown");
  await editor.press("ArrowUp");
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  check((await focused()).startsWith("Object added"), `The keys lead to ${await focused()}.`);
  await editor.press("Enter");
  await editor.projectUntil("everything again", (project) => held(project) === whole);
  check((await focused()).startsWith("Object added"), "The focus is lost.");
  await editor.press("End");
  await editor.press("Enter");
  await editor.projectUntil("the empty project", ({ objects, can_undo: undo }) => objects.length === 0 && !undo);
}

async function afterReload(editor, whole) {
  const { page } = editor;
  await page.reload();
  await editor.pictureShown();
  await page.getByRole("radio", { name: "History" }).click();
  await until("the present step", async () => (await present(editor).innerText()).includes("Clip opened"));
  check((await page.locator(".step.undone").count()) === 4, "What was undone is not told of.");
  await rows(editor).first().click();
  await editor.projectUntil("everything again", (project) => held(project) === whole);
  await editor.press("Control+z");
  await until("an undo in the list", async () => (await present(editor).innerText()).includes("Marked absent"));
}

/** What undo would do is told rightly, whichever of two pages it was done on. */
async function besideAnotherPage(editor) {
  const { page } = editor;
  const other = await editor.browser.newPage();
  await other.goto(page.url());
  await pictureIn(other);
  await other.keyboard.press("Shift+N");
  await until("the words here", async () => (await tip(editor, "Undo"))?.startsWith("Undo: object added"));
  await other.getByRole("button", { name: /^Hide Object/ }).first().click();
  await until("the next words here", async () => (await tip(editor, "Undo"))?.startsWith("Undo: object hidden"));
  await editor.press("Control+z");
  await until("the words there", async () => {
    const told = await other.getByRole("button", { name: "Undo", exact: true }).getAttribute("data-tip");
    return told?.startsWith("Undo: object added");
  });
  await other.close();
}

const options = JSON.parse(process.argv[2]);
await perform(options, async (editor, step) => {
  await step("deeds", () => deeds(editor, options));
  const whole = await step("back by mouse", () => backByMouse(editor, options));
  await inTurn(editor, step, [forthByKeyboard, afterReload, besideAnotherPage], whole);
});
