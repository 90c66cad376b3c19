/**
 * Measures in a real browser what a user waits for, on the sample clip of a running server:
 *
 *     npm run measure --workspace app          # MATTEBOX_SERVER names another address
 *
 * click to mask: from the event that gives the click until the picture with the new mask is drawn,
 * where the pointer had just come, and where it had rested until the preview showed, which itself
 * does not count: only the mask that the server answers with does; the first click on a frame comes
 * half a second after its picture, sooner than a hand is there;
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

/** From the picture in sight to the first click on it. */
const HAND_MS = 500;
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

/** Where further clicks go, seen from the first one; nearer they would take hold of it. */
const FURTHER = [[0, 0.06], [0.03, -0.05], [-0.04, 0]];
const PREVIEWED = [0.04, 0.03];

const results = {
  "first click on a frame": [],
  "further click": [],
  "click on its preview": [],
  [APPLY]: [],
};

async function clickPreviewed(x, y) {
  const at = await editor.at(x, y);
  await editor.page.mouse.move(at.x, at.y);
  await editor.page.getByTestId("preview").waitFor();
  await editor.page.mouse.down();
  await editor.page.mouse.up();
}

try {
  await editor.openProjects();
  await editor.button("Try the sample clip");
  await editor.pictureShown();
  await editor.page.waitForLoadState("networkidle");
  for (const [frame, x, y] of FISH) {
    await editor.seek(frame);
    await editor.page.waitForTimeout(HAND_MS);
    const first = await measured(CLICK, () => editor.clickPicture(x, y));
    results["first click on a frame"].push(first);
    for (const [dx, dy] of FURTHER) {
      const further = await measured(CLICK, () => editor.clickPicture(x + dx, y + dy));
      results["further click"].push(further);
    }
    const previewed = await measured(CLICK, () => clickPreviewed(x + PREVIEWED[0], y + PREVIEWED[1]));
    results["click on its preview"].push(previewed);
    await editor.page.mouse.move(5, 300);
    results[APPLY].push(await measured(APPLY, () => editor.button("Apply")));
    await editor.appliedUntil();
  }
} finally {
  await editor.close();
}

for (const [name, times] of Object.entries(results)) {
  const sorted = times.toSorted((a, b) => a - b);
  const share = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  console.log(`${name}: median ${share(0.5)} ms, p95 ${share(0.95)} ms, of ${times.join(", ")}`);
}
console.log(JSON.stringify(results));
