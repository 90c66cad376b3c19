/** What a hand makes on the picture, what the server answers, and what is seen of it. */

import { until } from "./editor.mjs";
import { decodePng, distance } from "./pixels.mjs";

const PINK = [255, 79, 163];

/** The keyframe of the first object on the frame that is shown. */
export async function keyframe(editor) {
  const frame = await editor.frame();
  const project = await editor.project();
  return project.objects[0]?.keyframes.find((entry) => entry.frame === frame);
}

/** Waits until the keyframe has so many clicks and prompts. */
export const marked = (editor, count) =>
  until(`${count} clicks and prompts`, async () => {
    const known = await keyframe(editor);
    const marks = known ? known.clicks.length + known.prompts.length : 0;
    return marks === count ? (known ?? { clicks: [], prompts: [] }) : null;
  });

/** How much of the pixel at a picture point is object, 0..255, by the server's mask. */
export async function maskAt(editor, x, y) {
  const { mask } = await keyframe(editor);
  const answer = await editor.page.request.get(editor.options.url + mask);
  const { width, height, data } = decodePng(await answer.body());
  return data[Math.floor(y * height) * width + Math.floor(x * width)];
}

/** Draws with the mouse through picture points. */
export async function draw(editor, ...points) {
  const spots = await Promise.all(points.map(([x, y]) => editor.at(x, y)));
  await editor.page.mouse.move(spots[0].x, spots[0].y);
  await editor.page.mouse.down();
  for (const { x, y } of spots.slice(1)) await editor.page.mouse.move(x, y, { steps: 8 });
  return { release: () => editor.page.mouse.up() };
}

/** Whether a picture point is tinted in the object's colour, compared with the plate. */
export async function tintedUntil(editor, point, plate) {
  await until("the tint", async () => {
    const [color] = await editor.colors([point]);
    return distance(color, PINK) < distance(plate, PINK) - 40;
  });
}

/** Holds requests back until the returned function is called; then `go` answers them. */
export async function heldBack(editor, address, go = (route) => route.continue()) {
  let release = null;
  const released = new Promise((resolve) => (release = resolve));
  await editor.page.route(address, async (route) => {
    await released;
    await go(route);
  });
  return release;
}

/** Answers as the server does when it refuses. */
export const refusing = (detail) => (route) =>
  route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ detail }) });

/** Waits for a refusal's sentence and takes it away. */
export async function refusalTold(editor, address, sentence) {
  await editor.page.getByText(sentence).waitFor();
  await editor.page.unroute(address);
  await editor.button("Dismiss");
  await editor.page.mouse.move(5, 300);
  // The browser tells of any refusal on its console.
  editor.complaints = editor.complaints.filter((complaint) => !complaint.includes("409"));
}

/** Waits until a picture point shows the colour that it had. */
export async function untouchedUntil(editor, point, before) {
  await until("the picture as it was", async () => {
    const [color] = await editor.colors([point]);
    return distance(color, before) < 24;
  });
}

/** Rests on a place until its preview shows. On a slow machine previews put themselves away: then they are asked for again. */
export async function previewAt(editor, place) {
  const { page } = editor;
  const spot = await editor.at(...place);
  await page.mouse.move(spot.x, spot.y);
  await until("the preview", async () => {
    if (await page.getByTestId("preview").isVisible()) return true;
    if (await page.getByRole("button", { name: /^Preview is off: answers took/ }).isVisible()) await editor.press("w");
    return false;
  });
  return spot;
}

/** Rests on a place until its preview shows, clicks there and goes away. */
export async function clickPreview(editor, place) {
  const { page } = editor;
  await previewAt(editor, place);
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.move(5, 300);
}
