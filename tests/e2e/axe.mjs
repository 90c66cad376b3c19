/** Asks axe whether what the page shows can be used without eyes, mouse or perfect sight. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { check } from "./editor.mjs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const SOURCE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const GRAVE = new Set(["serious", "critical"]);

/** Fails with each serious or critical fault of the page in its present state. */
export async function accessible(editor, state) {
  const { page } = editor;
  await page.evaluate(SOURCE);
  // Half faded in, nothing has its contrast.
  await page.evaluate(async () => {
    const passing = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(passing.map(({ finished }) => finished));
  });
  const ran = page.evaluate(async () => {
    const result = await window.axe.run(document, { resultTypes: ["violations"] });
    return result.violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
    }));
  });
  const violations = await editor.within(`axe on ${state}`, ran);
  const grave = violations.filter(({ impact }) => GRAVE.has(impact));
  check(grave.length === 0, `${state}: ${JSON.stringify(grave, null, 1)}`);
  return violations.map(({ id, impact, nodes }) => `${state}: ${id} (${impact}) ${nodes[0]}`);
}
