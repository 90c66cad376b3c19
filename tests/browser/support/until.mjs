/** Waiting outside of the page, with an end and a sentence. */

import assert from "node:assert/strict";

const PATIENCE_MS = 60_000;
const POLL_MS = 20;

/** Resolves with the first truthy answer of `probe`; fails and says what was waited for when none comes. */
export async function until(what, probe, patience = PATIENCE_MS) {
  const begun = performance.now();
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    assert.ok(performance.now() - begun < patience, `Waited ${patience / 1000} s for: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
