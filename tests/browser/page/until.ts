/** Waiting in the page, with an end and a sentence. */

/** Longer than anything that comes at all takes to come, on a busy machine, too. */
export const PATIENCE_MS = 60_000;

const POLL_MS = 10;

/** Resolves once it holds; fails and says what was waited for when that takes too long. */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  patience = PATIENCE_MS,
): Promise<void> {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > patience) {
      throw new Error(`Waited ${patience / 1000} s for: ${typeof what === "string" ? what : what()}.`);
    }
    await rest(POLL_MS);
  }
}

/** Resolves after so many milliseconds. */
export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
