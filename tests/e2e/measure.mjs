/**
 * Measures in a real browser what a user waits for, on the sample clip of a running server:
 *
 *     npm run measure --workspace app          # MATTEBOX_SERVER names another address
 *
 * click to mask: from the press of the mouse until the picture with the new mask is drawn;
 * apply to first picture: from Apply until the picture of the playhead's segment is drawn.
 */

import { Editor, until } from "./editor.mjs";

const url = (process.env.MATTEBOX_SERVER ?? "http://127.0.0.1:8000").replace(/\/$/, "");

/** Where the fish is on some frames, in 0..1 of the picture. */
const FISH = [
  [0, 0.241, 0.435],
  [24, 0.348, 0.421],
  [96, 0.753, 0.479],
  [144, 0.712, 0.493],
  [168, 0.557, 0.554],
];

const CLICK = "click-to-mask";
const APPLY = "apply-to-first-picture";

const editor = await Editor.launch({ url, decoder: process.env.MATTEBOX_DECODER ?? "auto" });

/** Does something and waits for the measure that it ends in. */
async function measured(name, action) {
  const taken = async () => (await editor.measures()).filter((entry) => entry.name === name);
  const before = (await taken()).length;
  await action();
  return until(`a measure of ${name}`, async () => (await taken())[before]?.ms, 180_000);
}

const results = { "first click on a frame": [], "further click": [], [APPLY]: [] };
try {
  await editor.openProjects();
  await editor.button("Try the sample clip");
  await editor.pictureShown();
  await editor.page.waitForLoadState("networkidle");
  for (const [frame, x, y] of FISH) {
    await editor.seek(frame);
    const first = await measured(CLICK, () => editor.clickPicture(x, y));
    results["first click on a frame"].push(first);
    const further = await measured(CLICK, () => editor.clickPicture(x, y + 0.04));
    results["further click"].push(further);
    results[APPLY].push(await measured(APPLY, () => editor.button("Apply")));
    await editor.appliedUntil();
  }
} finally {
  await editor.close();
}

for (const [name, times] of Object.entries(results)) {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  console.log(`${name}: median ${median} ms, of ${times.join(", ")}`);
}
console.log(JSON.stringify(results));
