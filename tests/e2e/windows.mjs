/**
 * The page in windows of all sizes, and the read-out of the place: nothing is cut off or too small to
 * hit, everything can be reached, and typing a place goes there.
 *
 *     node windows.mjs '{"url", "clip", "scene": {...}, "shots"?}'
 */

import { accessible } from "./axe.mjs";
import { check, until } from "./editor.mjs";
import { inTurn, perform } from "./script.mjs";

const SMALL = [600, 480];
const SIZES = [
  SMALL,
  [640, 700],
  [768, 1024],
  [800, 600],
  [899, 560],
  [900, 560],
  [1180, 680],
  [1920, 1080],
  [2560, 1440],
];
const LAPTOP = [1366, 768];
/** Width and height that a pointer must be able to hit, in CSS pixels (WCAG 2.2, 2.5.8). */
const TARGET = 24;
/** What need not be hit: the In and Out buttons do what the handles do, a button opens the file chooser. */
const SPARED = ".range-handle, .visually-hidden";

const panelButton = (editor) => editor.page.getByRole("button", { name: "Objects and settings" });

async function resize(editor, [width, height]) {
  await editor.page.setViewportSize({ width, height });
  await until("the new size drawn", () =>
    editor.page.evaluate(
      ([width, height]) => {
        const stage = document.querySelector(".stage").getBoundingClientRect();
        const canvas = document.querySelector(".stage canvas");
        const drawn = [canvas.width, canvas.height].map((pixels) => pixels / window.devicePixelRatio);
        const near = Math.abs(drawn[0] - stage.width) < 1 && Math.abs(drawn[1] - stage.height) < 1;
        return window.innerWidth === width && window.innerHeight === height && near && stage.right <= width;
      },
      [width, height],
    ),
  );
}

/** Has a complaint for each control that is cut off, covered by others or hit within too little only. */
async function reachable(editor, within, state) {
  const look = ({ place, least, spared }) => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const faults = [];
    if (scrollWidth > window.innerWidth || scrollHeight > window.innerHeight) faults.push("The page scrolls.");
    const controls = [...document.querySelectorAll(`${place} :is(button, input, select, a[href], [role=slider])`)];
    const seen = controls.filter((control) => control.checkVisibility() && !control.matches(spared));
    if (seen.length === 0) faults.push("There is no control.");
    for (const control of seen) {
      // What is ticked is ticked by its words, too.
      const target = (/^(checkbox|radio)$/.test(control.type) && control.closest("label")) || control;
      target.scrollIntoView({ block: "center", inline: "center" });
      const { left, top, right, bottom } = target.getBoundingClientRect();
      const name = control.getAttribute("aria-label") ?? (control.closest("label") ?? control).textContent;
      if (left < 0 || top < 0 || right > window.innerWidth || bottom > window.innerHeight) {
        faults.push(`${name} is cut off at ${[left, top, right, bottom].map(Math.round).join(", ")}.`);
        continue;
      }
      /** How many pixels from the middle on are the target's. */
      const reach = (dx, dy) => {
        const at = (pixels) => [(left + right) / 2 + dx * pixels, (top + bottom) / 2 + dy * pixels];
        let pixels = 0;
        while (pixels < least && target.contains(document.elementFromPoint(...at(pixels)))) pixels += 1;
        return pixels;
      };
      const [wide, high] = [reach(-1, 0) + reach(1, 0) - 1, reach(0, -1) + reach(0, 1) - 1];
      if (wide < 0) faults.push(`${name} is covered.`);
      else if (Math.min(wide, high) < least) faults.push(`${name} is hit within ${wide} x ${high} only.`);
    }
    return faults;
  };
  const faults = await editor.page.evaluate(look, { place: within, least: TARGET, spared: SPARED });
  check(faults.length === 0, `${state}: ${faults.join(" ")}`);
}

/** Every button of the first view, with nothing in it yet. */
async function emptyList(editor) {
  await editor.openProjects();
  await editor.page.getByText(/^Nothing here yet/).waitFor();
  await reachable(editor, ".projects", "The empty list");
}

async function everySize(editor, { clip, scene }) {
  await editor.upload(clip);
  await editor.pictureShown();
  await resize(editor, SMALL);
  const stage = await editor.page.locator(".stage").boundingBox();
  const hint = await editor.page.locator(".stage-note").boundingBox();
  const inside = hint.x >= stage.x && hint.x + hint.width <= stage.x + stage.width;
  check(inside, "The first hint is cut off.");
  await editor.clickPicture(...scene.click);
  await editor.projectUntil("the keyframe", ({ objects }) => objects[0]?.keyframes.length === 1);
  for (const size of SIZES) {
    await resize(editor, size);
    const narrow = size[0] < 900;
    const shown = (await panelButton(editor).getAttribute("aria-expanded")) === "true";
    check(shown !== narrow, `The panel at ${size.join(" x ")} is ${shown ? "shown" : "away"}.`);
    for (const part of [".topbar", ".toolbar", ".deck", ".stage"]) {
      await reachable(editor, part, `${part} at ${size.join(" x ")}`);
    }
    if (narrow) await panelButton(editor).click();
    await reachable(editor, ".inspector", `The panel at ${size.join(" x ")}`);
    await editor.shot(size.join("x"));
    if (narrow) await panelButton(editor).click();
  }
}

/** In the smallest window a click lands where it is aimed, and the panel comes and goes by key. */
async function smallest(editor, { scene }) {
  const { page } = editor;
  await resize(editor, SMALL);
  await panelButton(editor).waitFor();
  await until("the panel away", async () => !(await page.locator(".inspector").isVisible()));
  await accessible(editor, "a small window");
  await editor.clickPicture(...scene.later.object);
  const click = await until("the click", async () => (await editor.clicks())[1]);
  const off = Math.hypot(click.x - scene.later.object[0], click.y - scene.later.object[1]);
  check(off < 0.005, "The click is off its place.");
  await editor.press("q");
  await page.getByRole("heading", { name: "This frame" }).waitFor();
  await accessible(editor, "the panel over the picture");
  for (const tab of ["Revisions", "History", "Edit"]) {
    await page.getByRole("radio", { name: tab }).click();
    await reachable(editor, ".inspector", `The panel’s ${tab}`);
  }
  await page.locator(".object").click({ button: "right" });
  await page.getByRole("menu").waitFor();
  await reachable(editor, ".menu", "An object’s menu");
  await editor.press("Escape");
  await editor.press("Escape");
  await until("the panel away", async () => !(await page.locator(".inspector").isVisible()));
  await editor.press("Control+e");
  await page.getByRole("dialog", { name: "Export" }).waitFor();
  await reachable(editor, "dialog", "The export dialog");
  await editor.shot("small-export");
  await editor.closeDialog();
  await editor.press("?");
  await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  await reachable(editor, "dialog", "The shortcuts");
  await editor.press("Escape");
  await editor.press("b");
  await page.getByRole("group", { name: "Options of the brush" }).waitFor();
  await reachable(editor, ".tool-options", "The brush’s options");
  await editor.press("v");
  await resize(editor, LAPTOP);
}

async function type(editor, place) {
  await editor.press("t");
  await editor.page.getByLabel("Timecode or frame number to go to").fill(place);
  await editor.press("Enter");
}

async function readOut(editor) {
  const { page } = editor;
  const told = page.locator("button.timecode");
  const toldUntil = (what) => until(what, async () => (await told.textContent()) === what);
  await type(editor, "50");
  await editor.frameUntil(50);
  await toldUntil("00:00:02:02");
  await type(editor, "1:06");
  await editor.frameUntil(30);
  await type(editor, "+10");
  await editor.frameUntil(40);
  await editor.press("Space");
  await until("playing after a place was typed", async () => (await editor.frame()) > 40);
  await editor.press("Space");
  await type(editor, "40");
  await editor.frameUntil(40);
  await page.getByRole("button", { name: /^Time: / }).click();
  await toldUntil("40");
  await page.getByRole("button", { name: /^Frame: / }).click();
  await toldUntil("1.667 s");
  await until("the frame in the address", () => /\D40$/.test(page.url()));
  await page.reload();
  await editor.pictureShown();
  await toldUntil("1.667 s");
  await type(editor, "99999");
  await page.getByText(/^“99999” is not in this clip/).waitFor();
  check((await editor.frame()) === 40, "A place that is not there is gone to.");
}

/** The first view with a project in it. */
async function list(editor) {
  await editor.button("All projects");
  await editor.page.locator(".card-open").hover();
  await reachable(editor, ".projects", "The list of projects");
}

const STEPS = [emptyList, everySize, smallest, readOut, list];

const options = JSON.parse(process.argv[2]);
await perform(options, (editor, step) => inTurn(editor, step, STEPS, options));
