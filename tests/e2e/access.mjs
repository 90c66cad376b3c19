/**
 * Every state of the page, looked at by axe: no serious or critical fault is left.
 *
 *     node access.mjs '{"url", "clip", "scene": {...}, "shots"?}'
 */

import { accessible } from "./axe.mjs";
import { heldBack } from "./marks.mjs";
import { inTurn, perform } from "./script.mjs";

const PROJECTS = (url) => url.pathname === "/api/v1/projects";

async function projectList(editor, look) {
  const { page } = editor;
  await editor.openProjects();
  await page.getByText(/^Nothing here yet/).waitFor();
  await look("no projects");
  await page.route(PROJECTS, (route) => route.abort());
  await page.reload();
  await page.getByText("The server does not answer", { exact: true }).waitFor();
  await look("projects while the server is away");
  await page.unroute(PROJECTS);
  const refusal = { detail: "The list cannot be read; look at the server's log." };
  await page.route(PROJECTS, (route) => route.fulfill({ status: 500, json: refusal }));
  await page.reload();
  await page.getByText(refusal.detail).waitFor();
  await look("projects that cannot be listed");
  await page.unroute(PROJECTS);
  await page.route(PROJECTS, () => undefined);
  await page.reload();
  await page.getByRole("status", { name: "Reading the projects" }).waitFor();
  await look("projects being read");
  await page.unroute(PROJECTS);
  await page.goto(`${editor.options.url}/#/projects/pnone`);
  await page.reload();
  await page.getByRole("heading", { name: "This project does not exist" }).waitFor();
  await look("a project that is gone");
}

async function clicked(editor, look, { clip, scene }) {
  const { page } = editor;
  await editor.open(clip);
  await look("an empty project");
  await editor.clickPicture(...scene.click);
  await editor.projectUntil("the keyframe", (project) => project.objects[0]?.keyframes.length === 1);
  await page.getByRole("button", { name: "Point 1, included" }).waitFor();
  await look("a click");
  for (const tool of ["m", "b", "d"]) {
    await editor.press(tool);
    await look(`the tool on ${tool}`);
  }
  await editor.press("v");
}

async function dialogs(editor, look) {
  const { page } = editor;
  await editor.press("?");
  await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  await look("the shortcuts");
  await page.getByLabel("Search the shortcuts").fill("keyframe");
  await page.getByText("Next keyframe").waitFor();
  await look("the shortcuts searched");
  await editor.closeDialog();
  await editor.press("Control+e");
  await page.getByRole("dialog", { name: "Export" }).waitFor();
  await look("an export that cannot begin");
  await editor.closeDialog();
}

async function applied(editor, look) {
  const { page } = editor;
  const begin = await heldBack(editor, "**/apply");
  await editor.press("Enter");
  await page.getByText(/^Applying/).waitFor();
  await look("applying");
  begin();
  await editor.appliedUntil();
  await look("applied");
  for (const view of ["2", "3", "4", "5"]) {
    await editor.press(view);
    await look(`view ${view}`);
  }
  await editor.press("5");
  await editor.press("1");
  await editor.press("}");
  await look("a timeline zoomed in");
  await editor.press("\\");
  await editor.press("Shift+N");
  await page.locator(".object").nth(1).waitFor();
  await page.locator(".object").first().hover();
  await look("two objects");
  await page.locator(".keyframe").first().click({ button: "right" });
  await page.getByRole("menu").waitFor();
  await look("a keyframe's menu");
  await editor.press("Escape");
  await page.getByRole("radio", { name: "Revisions" }).click();
  await page.getByText("Revision 1", { exact: true }).waitFor();
  await look("the revisions");
  await page.getByRole("radio", { name: "History" }).click();
  await page.getByText("Applied as revision 1", { exact: true }).waitFor();
  await look("the history");
}

async function exported(editor, look) {
  const { page } = editor;
  await editor.press("Control+e");
  await page.getByRole("dialog", { name: "Export" }).waitFor();
  await look("the export");
  await editor.button("Start export");
  await page.getByRole("link", { name: "Download" }).waitFor({ timeout: 120_000 });
  await look("an export that is ready");
  await editor.closeDialog();
}

async function connectionLost(editor, look) {
  const { page } = editor;
  await page.route(/\/events$/, (route) => route.abort());
  await page.reload();
  await editor.pictureShown();
  await page.getByText(/^Connection lost, retrying/).waitFor();
  await look("a lost connection");
}

const options = JSON.parse(process.argv[2]);
await perform(
  options,
  async (editor, step) => {
    const slight = new Set();
    const look = async (state) => {
      for (const fault of await accessible(editor, state)) slight.add(fault);
      await editor.shot(state.replaceAll(" ", "-"));
    };
    const steps = [projectList, clicked, dialogs, applied, exported, connectionLost];
    await inTurn(editor, step, steps, look, options);
    return { slight: [...slight] };
  },
  { mayComplain: true },
);
