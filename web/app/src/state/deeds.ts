/** What undo and redo would do, as far as this page has seen it done; the server knows for certain. */

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Project } from "../api/types";
import { deedBetween } from "../logic/deeds";

/** How a state of the project came about; `read`: someone else may have made it. */
export type Cause = "edit" | "undo" | "redo" | "read";

export class Deeds {
  private readonly done = signal<readonly (string | null)[]>([]);
  private readonly undone = signal<readonly (string | null)[]>([]);
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
}
