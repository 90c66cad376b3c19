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
import { Editor } from "./editor.mjs";

const IMAGES = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const url = (process.env.MATTEBOX_SERVER ?? "http://127.0.0.1:8000").replace(/\/$/, "");

const editor = await Editor.launch({ url, decoder: "auto" });
const { page } = editor;
try {
  mkdirSync(IMAGES, { recursive: true });
  await editor.openProjects();
  await editor.button("Try the sample clip");
  await editor.pictureShown();
  await editor.clickPicture(0.241, 0.435);
  await editor.projectUntil("the keyframe", (project) => project.objects[0]?.keyframes.length === 1);
  await editor.button("Apply");
  await page.getByText(/^(Up to date|Applying)/).waitFor();
  await editor.appliedUntil();
  await editor.seek(36);
  // The filmstrip comes last, when nothing else is wanted.
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => document.querySelector(".stage-note") === null);
  await page.mouse.move(5, 300);
  await page.screenshot({ path: `${IMAGES}editor.png` });
  console.log(`Wrote ${IMAGES}editor.png`);
} finally {
  await editor.close();
}
