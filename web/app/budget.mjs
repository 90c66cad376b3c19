/**
 * Builds the page into a folder of its own and holds it to budget.json:
 *
 *     npm run budget
 *
 * A part that grew beyond its budget, or that no longer exists under its name, ends it with a sentence.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const { why, ...parts } = JSON.parse(readFileSync(join(root, "budget.json"), "utf8"));
const outDir = mkdtempSync(join(tmpdir(), "mattebox-page-"));

const sizeOf = (name) => gzipSync(readFileSync(join(outDir, "assets", name))).length;
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

const faults = [];
try {
  await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
  const names = readdirSync(join(outDir, "assets"));
  for (const [part, { match, bytes }] of Object.entries(parts)) {
    const found = names.filter((name) => new RegExp(match).test(name));
    const size = found.reduce((sum, name) => sum + sizeOf(name), 0);
    console.log(`${part}: ${kilobytes(size)} of ${kilobytes(bytes)} gzipped, ${found.length} files`);
    if (found.length === 0) faults.push(`No file of the build matches ${match}; mend app/budget.json.`);
    if (size > bytes) faults.push(`The part “${part}” is ${kilobytes(size - bytes)} over its budget.`);
  }
} finally {
  rmSync(outDir, { recursive: true });
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) console.error(why);
process.exitCode = faults.length > 0 ? 1 : 0;
