/**
 * Remakes the pictures of the docs from the running product and its own sample clip:
 *
 *     mattebox serve &                    # or make run
 *     npm run screenshots --workspace app
 *
 * MATTEBOX_SERVER names another address than http://127.0.0.1:8000.
 */

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Editor, until } from "./editor.mjs";

const IMAGES = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const url = (process.env.MATTEBOX_SERVER ?? "http://127.0.0.1:8000").replace(/\/$/, "");
/** Time to draw what has just been chosen, on a slow machine, too. */
const SETTLE_MS = 1000;
/** Where things are in the sample clip, in 0..1 of the picture. */
const FISH = [0.241, 0.435];
const FISH_LATER = [0.37, 0.45];
const LATER = { frame: 96, fish: [0.753, 0.479] };
/** Where it is at `FISH_LATER`. */
const EARLIER = 36;
/** The fish is large and in the middle, so that a wipe shows both sides of it. */
const ACROSS = 168;

const editor = await Editor.launch({ url, decoder: "auto" });
const { page } = editor;

/** How blue a point of the picture is: the fish is orange, its tint pink. */
const tintOf = async (point) => (await editor.colors([point]))[0][2];

/** Takes a picture when nothing moves any more and the pointer is out of the way. */
async function take(name) {
  await page.mouse.move(5, 300);
  await page.waitForFunction(
    () =>
      document.querySelector(".stage-note, .toast, .tooltip") === null &&
      [...document.images].every((image) => image.complete),
  );
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: `${IMAGES}${name}.png` });
  console.log(`Wrote ${IMAGES}${name}.png`);
}

/** The filmstrip comes last, when nothing else is wanted: the middle of each part must have colour. */
async function filmstrip() {
  await page.waitForFunction(() => {
    const canvas = document.querySelector(".timeline-canvas");
    const context = canvas.getContext("2d");
    return [0.1, 0.3, 0.5, 0.7, 0.9, 0.99].every((part) => {
      const [, green, blue] = context.getImageData(part * canvas.width, 50, 1, 1).data;
      return green + blue > 60;
    });
  });
}

async function cutOut() {
  await editor.clickPicture(...FISH);
  await editor.projectUntil("the keyframe", (project) => project.objects[0]?.keyframes.length === 1);
  await editor.press("Enter");
  await editor.projectUntil("the first revision", (project) => project.revision === 1);
  await editor.appliedUntil();
}

async function correct() {
  await editor.seek(LATER.frame);
  await editor.clickPicture(...LATER.fish);
  await editor.projectUntil("the correction", (project) => project.objects[0].keyframes.length === 2);
  await editor.press("Enter");
  await editor.projectUntil("the second revision", (project) => project.revision === 2);
  await editor.appliedUntil();
}

async function views() {
  // The times that clicks took on a busy machine are nobody's business.
  await page.reload();
  await editor.pictureShown();
  await editor.seek(EARLIER);
  await filmstrip();
  await take("editor");
  await editor.seek(ACROSS);
  await editor.press("2");
  await editor.press("5");
  await take("cutout");
  await editor.press("5");
  await editor.press("1");
  await editor.seek(EARLIER);
}

async function revisions() {
  await page.getByRole("radio", { name: "Revisions" }).click();
  await page.getByText(/frames changed$/).first().waitFor();
  await editor.button("Compare with revision 1");
  await until("the tint of the earlier revision", async () => (await tintOf(FISH_LATER)) > 70);
  await take("revisions");
  await editor.press("5");
}

/** One step back, so that something undone is in sight. */
async function history() {
  const row = (deed) => page.locator(".step button").filter({ hasText: deed });
  await page.getByRole("radio", { name: "History" }).click();
  await row("Include click").first().click();
  await editor.projectUntil("the step back", (project) => project.revision === 1);
  await page.getByText(/frames to update$/).first().waitFor();
  await take("history");
  await row("Applied as revision 2").click();
  await editor.projectUntil("the step forth", (project) => project.revision === 2);
  await editor.appliedUntil();
  await page.getByRole("radio", { name: "Edit" }).click();
}

async function dialogs() {
  await editor.press("Control+e");
  await page.getByRole("dialog", { name: "Export" }).waitFor();
  await take("export");
  await editor.press("Escape");
  await editor.press("?");
  await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  await take("shortcuts");
  await editor.press("Escape");
}

try {
  mkdirSync(IMAGES, { recursive: true });
  await editor.openProjects();
  await editor.button("Try the sample clip");
  await editor.pictureShown();
  for (const step of [cutOut, correct, views, revisions, history, dialogs]) await step();
  await editor.button("All projects");
  await page.locator(".card").first().waitFor();
  await take("projects");
} finally {
  await editor.close();
}
