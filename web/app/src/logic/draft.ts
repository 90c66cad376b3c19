/** What the user did that the server has not answered yet. */

import type { Click, NewPrompt } from "../api/types";

export interface PendingClick extends Click {
  /** Empty where the click makes the project's first object. */
  readonly object: string;
  readonly frame: number;
}

export interface PendingPrompt {
  readonly id: string;
  /** Empty where it makes the project's first object. */
  readonly object: string;
  readonly frame: number;
  readonly prompt: NewPrompt;
}

/** Changes that the server has not answered yet. */
export interface Draft {
  readonly added: readonly PendingClick[];
  readonly prompts: readonly PendingPrompt[];
  readonly moved: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
  /** Clicks and prompts. */
  readonly removed: readonly string[];
}

export const EMPTY_DRAFT: Draft = { added: [], prompts: [], moved: {}, removed: [] };
