/** What undo and redo would do, as far as this page has seen it done; the server knows for certain. */

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { History, Project, Step } from "../api/types";
import { deedBetween } from "../logic/deeds";
import { wordsOf } from "../logic/history";

type Words = readonly (string | null)[];

/** How a state of the project came about; `read`: someone else may have made it. */
export type Cause = "edit" | "undo" | "redo" | "read";

export class Deeds {
  private readonly done = signal<Words>([]);
  private readonly undone = signal<Words>([]);
  /** In a few words, or null where it is not known. */
  readonly undo: ReadonlySignal<string | null> = computed(() => this.done.value.at(-1) ?? null);
  readonly redo: ReadonlySignal<string | null> = computed(() => this.undone.value.at(-1) ?? null);

  note(before: Project, after: Project, cause: Cause): void {
    if (before.version === after.version) return;
    const { done, undone } = this;
    switch (cause) {
      case "edit":
        done.value = [...done.value, deedBetween(before, after)];
        undone.value = [];
        return;
      case "undo":
        undone.value = [...undone.value, done.value.at(-1) ?? null];
        done.value = done.value.slice(0, -1);
        return;
      case "redo":
        done.value = [...done.value, undone.value.at(-1) ?? null];
        undone.value = undone.value.slice(0, -1);
        return;
      case "read":
        done.value = undone.value = [];
    }
  }

  /** Takes the words for what was not seen done from the history as it is now. */
  learn({ steps, present }: History): void {
    const [first] = steps;
    // Where it begins later than with what redo would do, nothing is known of either.
    if (!first || first.number > present + 1) return;
    // The making of the project is not undone.
    const before = steps.filter(({ number }) => number > 0 && number <= present);
    const after = steps.filter(({ number }) => number > present);
    this.done.value = filledIn(this.done.value, before);
    this.undone.value = filledIn(this.undone.value, after.reverse());
  }
}

/** `known`, and words for those of the last `steps` that it lacks. */
function filledIn(known: Words, steps: readonly Step[]): Words {
  const earlier = known.slice(0, Math.max(0, known.length - steps.length));
  const last = steps.map((step, i) => known.at(i - steps.length) ?? wordsOf(step));
  return [...earlier, ...last];
}
