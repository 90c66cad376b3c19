/** What all scripts do alike: a browser for their steps, a deadline, and a word on how it went. */

import { check, Editor } from "./editor.mjs";

/** Whoever runs a script waits somewhat longer, for what it says then. */
const PATIENCE_MS = 560_000;

/**
 * Has `act(editor, step)` done in a browser of its own, which is closed whatever happens.
 * `step(name, deed)` does a part of it, whose time is taken. Prints what `act` told as a line of JSON;
 * what goes wrong ends in the exit code, a sentence and, with `shots`, a picture of the page.
 * Unless `mayComplain`, nothing on the page's console may be an error.
 */
export async function perform(options, act, { mayComplain = false, patience = PATIENCE_MS } = {}) {
  const editor = await Editor.launch({ decoder: "auto", ...options });
  const seconds = {};
  let current = "the beginning";
  const step = async (name, deed) => {
    current = name;
    const begun = performance.now();
    const result = await deed();
    seconds[name] = Number(((performance.now() - begun) / 1000).toFixed(2));
    return result;
  };
  try {
    const told = await editor.within(() => `the end of ${current}`, act(editor, step), patience);
    if (!mayComplain) check(editor.complaints.length === 0, "The page complains.");
    console.log(JSON.stringify({ ...told, seconds }));
  } catch (error) {
    console.error(`In ${current}: ${error.stack ?? error}`);
    console.error(`Seconds: ${JSON.stringify(seconds)}. Complaints: ${editor.complaints.join("; ")}`);
    process.exitCode = 1;
    await editor.shot("failed");
  } finally {
    await editor.close();
  }
}

/** The steps one after the other, by their functions' names. */
export async function inTurn(editor, step, steps, ...given) {
  for (const each of steps) await step(each.name, () => each(editor, ...given));
}
