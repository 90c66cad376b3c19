/**
 * Edges that the server did not answer to: they are set once it does, and none is lost in silence.
 *
 *     node waiting.mjs '{"url", "clip", "scene": {...}, "shots"?}'
 */

import { check, until } from "./editor.mjs";
import { inTurn, perform } from "./script.mjs";

const feather = (editor) => editor.page.getByRole("spinbutton", { name: "Feather in pixels" });
const featherUntil = (editor, wanted) =>
  editor.projectUntil(`a feather of ${wanted}`, ({ objects }) => objects[0].edge.feather === wanted);
const kept = (editor) => editor.page.getByText(/the edge is kept here/);

async function setFeather(editor, pixels) {
  await feather(editor).fill(String(pixels));
  await editor.press("Enter");
}

async function begin(editor, { clip, scene }) {
  await editor.openProjects();
  await editor.upload(clip);
  await editor.pictureShown();
  await editor.clickPicture(...scene.click);
  await editor.projectUntil("the keyframe", ({ objects }) => objects[0]?.keyframes.length === 1);
}

/** Only one request is lost: whoever asks then finds the server well, and nothing tells of its return. */
async function shortOutage(editor) {
  const { page } = editor;
  let lost = 0;
  await page.route(
    (url) => url.pathname.includes("/objects/"),
    (route) => {
      if (route.request().method() !== "PATCH") return route.continue();
      lost += 1;
      return route.abort("connectionreset");
    },
    { times: 1 },
  );
  await setFeather(editor, 3);
  await kept(editor).waitFor();
  await featherUntil(editor, 3);
  check(lost === 1, `${lost} requests were lost.`);
  await kept(editor).waitFor({ state: "detached" });
  await page.reload();
  await editor.pictureShown();
  await until("the kept edge", async () => (await feather(editor).inputValue()) === "3");
}

/** Whoever reloads meanwhile is asked first, and who stays gets the edge set. */
async function reloadMeanwhile(editor) {
  const { page } = editor;
  await page.context().setOffline(true);
  await setFeather(editor, 5);
  await kept(editor).waitFor();
  const asked = page.waitForEvent("dialog");
  void page.evaluate(() => window.location.reload()).catch(() => undefined);
  const dialog = await asked;
  check(dialog.type() === "beforeunload", `A dialog of type ${dialog.type()} came.`);
  await dialog.dismiss();
  await page.context().setOffline(false);
  await featherUntil(editor, 5);
}

/** Whoever goes to the projects meanwhile hears what is lost. */
async function leaveMeanwhile(editor) {
  const { page } = editor;
  await page.context().setOffline(true);
  await setFeather(editor, 7);
  await kept(editor).waitFor();
  await editor.button("All projects");
  await page.getByText("the edge that was kept here is lost").waitFor();
  await page.context().setOffline(false);
}

const STEPS = [begin, shortOutage, reloadMeanwhile, leaveMeanwhile];

const options = JSON.parse(process.argv[2]);
await perform(options, (editor, step) => inTurn(editor, step, STEPS, options), { mayComplain: true });
