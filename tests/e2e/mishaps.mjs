/**
 * What goes wrong on the way, in a real browser: refused files, broken and resumed uploads, a server
 * that is killed and comes back, a network that goes and comes back.
 *
 *     node mishaps.mjs '{"url", "clip", "text", "shots"?}'
 *
 * Whoever runs it kills the server when it prints `stop` and starts it again when it prints `start`,
 * and says so with a line on standard input.
 */

import { createInterface } from "node:readline/promises";
import { check, until } from "./editor.mjs";
import { inTurn, perform } from "./script.mjs";

const PATCHES = (request) => request.method() === "PATCH" && request.url().includes("/uploads/");
const isUpload = (url) => url.pathname.includes("/uploads/");

async function refusal(editor, { text }) {
  await editor.openProjects();
  await editor.upload(text);
  const row = editor.page.getByRole("alert").filter({ hasText: "notes.mp4" });
  await row.waitFor();
  await editor.shot("refused");
  await editor.button("Dismiss notes.mp4");
  await row.waitFor({ state: "detached" });
}

async function cancelledUpload(editor, { clip }) {
  await editor.page.route(isUpload, (route) => (PATCHES(route.request()) ? undefined : route.continue()));
  await editor.upload(clip);
  await editor.page.getByRole("progressbar").waitFor();
  await editor.shot("uploading");
  await editor.button("Cancel");
  await editor.page.getByRole("progressbar").waitFor({ state: "detached" });
  await editor.page.unroute(isUpload);
  await editor.page.reload();
  await editor.page.getByRole("heading", { name: "Recent projects" }).waitFor();
  await editor.page.getByText(/^Nothing here yet/).waitFor();
  check((await editor.page.getByText("did not finish").count()) === 0, "The cancelled upload is kept.");
}

/** The connection breaks for good; after a reload the same file goes on at the same upload. */
async function resumedUpload(editor, { clip }) {
  const created = [];
  editor.page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/uploads")) created.push(request.url());
  });
  await editor.page.route(isUpload, (route) =>
    PATCHES(route.request()) ? route.abort("connectionreset") : route.continue(),
  );
  await editor.upload(clip);
  await editor.page.getByText(/^Connection lost/).waitFor();
  await editor.shot("upload-lost");
  await editor.page.reload();
  await editor.page.unroute(isUpload);
  await editor.page.getByText("did not finish").waitFor();
  await editor.shot("upload-unfinished");
  await editor.upload(clip);
  await editor.pictureShown();
  check(created.length === 1, `The upload began ${created.length} times instead of going on.`);
}

/** The network goes while the stream of events stays open and says nothing: it is told, and mends itself. */
async function offline(editor, { scene }) {
  const { page } = editor;
  const banner = page.getByText(/^Connection lost, retrying/);
  // What is stepped to while nobody answers must be here before.
  await editor.press("ArrowRight");
  await editor.frameUntil(1);
  await editor.press("Home");
  await editor.frameUntil(0);
  await page.context().setOffline(true);
  await banner.waitFor();
  await editor.clickPicture(...scene.click);
  const refusal = page.getByText(/The server does not answer/);
  await refusal.waitFor();
  await until("the refused point gone", async () => (await page.locator(".point").count()) === 0);
  await editor.shot("offline");
  await editor.press("ArrowRight");
  await editor.frameUntil(1);
  await editor.press("Home");
  await editor.frameUntil(0);
  await page.context().setOffline(false);
  await banner.waitFor({ state: "hidden" });
  await refusal.waitFor({ state: "detached" });
  check((await editor.project()).objects.length === 0, "What was refused was done.");
}

/** The server dies under an open editor; nothing that it had answered is lost. */
async function outage(editor, { scene }, tell) {
  await editor.clickPicture(...scene.click);
  const before = await editor.projectUntil(
    "the keyframe and the cuts",
    ({ objects, clip }) => objects[0]?.keyframes.length === 1 && clip.shots !== null,
  );
  await tell("stop");
  const banner = editor.page.getByText(/^Connection lost, retrying/);
  await banner.waitFor();
  await editor.clickPicture(...scene.exclude, { alt: true });
  await editor.page.getByText(/The server does not answer/).waitFor();
  await editor.shot("outage");
  await tell("start");
  await banner.waitFor({ state: "hidden" });
  const after = await editor.project();
  const [was, is] = [before, after].map((project) => JSON.stringify(project));
  check(is === was, `The kill lost something: ${was} became ${is}.`);
  await editor.clickPicture(...scene.exclude, { alt: true });
  await until("the click after the outage", async () => (await editor.clicks()).length === 2);
  await editor.shot("back");
}

async function renamedAndDeleted(editor) {
  await editor.button("All projects");
  const card = editor.page.locator(".card").first();
  await card.hover();
  await card.getByRole("button", { name: /^Rename/ }).click();
  const field = card.getByRole("textbox");
  await field.fill("Clownfish");
  await field.press("Enter");
  await editor.page.getByRole("link", { name: /Clownfish/ }).waitFor();
  await card.hover();
  await editor.shot("renamed");
  await editor.button("Delete Clownfish");
  await editor.page.getByText("Deleted “Clownfish”.").waitFor();
  await editor.shot("deleted");
  await editor.button("Undo");
  await editor.page.getByRole("link", { name: /Clownfish/ }).waitFor();
}

const STEPS = [refusal, cancelledUpload, resumedUpload, offline, outage, renamedAndDeleted];

const options = JSON.parse(process.argv[2]);
const input = createInterface({ input: process.stdin });
const answers = input[Symbol.asyncIterator]();
const tell = async (word) => {
  console.log(word);
  await answers.next();
};
await perform(options, (editor, step) => inTurn(editor, step, STEPS, options, tell), { mayComplain: true });
input.close();
