/** Runs cases one after the other in one browser, and says which one failed. */

import { withBrowser } from "./harness.mjs";

/** Opens a page with the harness, and a player of revision 1 in it. */
export async function start(open, origin, options = {}, name = "harness") {
  const { page, problems } = await open(`${origin}/${name}.html`);
  await page.evaluate(async (given) => {
    window.harness = new window.Harness({ projectId: "p1", ...given });
    await window.harness.player.load(1);
  }, options);
  return { page, problems };
}

export function runCases(cases) {
  return withBrowser(async ({ site, open }) => {
    for (const test of cases) {
      try {
        await test(site, open);
      } catch (error) {
        error.message = `${test.name}: ${error.message}`;
        throw error;
      }
    }
    return { passed: cases.map(({ name }) => name) };
  });
}
