/** What is in the user's hand: how the tools are set, where they point, what they are drawing. */

import { signal } from "@preact/signals";
import type { Point } from "../logic/viewport";
import type { Mask } from "../logic/paint";
import type { NewPrompt } from "../api/types";
import { recall, remember } from "./choices";

/** How brush and lasso work. */
export interface Stroke {
  /** As a share of the picture's shorter side. */
  readonly radius: number;
  /** Takes away instead of adding. */
  readonly erase: boolean;
  /** Edits the mask itself; otherwise the stroke is a prompt that the network reads. */
  readonly direct: boolean;
}

/** What one click would give. */
export interface Preview {
  readonly object: string | null;
  readonly frame: number;
  readonly at: Point;
  readonly include: boolean;
  readonly mask: Mask;
}

/** The menu that is open on the stage. */
export interface StageMenu {
  /** The click or prompt that it is about; null: a place. */
  readonly mark: string | null;
  /** In fractions of the picture; null: beside it. */
  readonly place: Point | null;
  readonly frame: number;
  /** Where it stands, in CSS pixels of the page. */
  readonly at: Point;
}

export const SMALLEST_RADIUS = 0.002;
export const LARGEST_RADIUS = 0.3;
const RADIUS_STEP = 1.2;
/** How long a sentence is left to be heard. */
const PAUSE_MS = 2500;
const HOVER_KEY = "mattebox:hover";

export class Toolbox {
  readonly stroke = signal<Stroke>({ radius: 0.03, erase: false, direct: true });
  /** Where the mouse or pen is over the picture, in fractions of it; null: elsewhere. */
  readonly pointer = signal<Point | null>(null);
  /** Where the keyboard's crosshair is, in fractions of the picture; null: put away. */
  readonly cursor = signal<Point | null>(null);
  readonly alt = signal(false);
  /**
   * What the hand is at: a mark that is drawn or dragged, whose object and frame stay what they
   * are meanwhile, or the picture that it moves.
   */
  readonly gesture = signal<"mark" | "picture" | null>(null);
  /** Where a click is pressed that has not been let go, in fractions of the picture. */
  readonly pressed = signal<Point | null>(null);
  /** What is being drawn, until it is let go. */
  readonly shape = signal<NewPrompt | null>(null);
  /** Whether resting over the picture shows what a click would take. */
  readonly hover = signal(recall(HOVER_KEY) !== "off");
  /** How long answers took when the machine proved too slow for that; null: it has not. */
  readonly hoverSlow = signal<number | null>(null);
  readonly preview = signal<Preview | null>(null);
  readonly menu = signal<StageMenu | null>(null);
  /** What the last edit was, in words, until it is told what came of it. */
  deed: string | null = null;
  /** For screen readers: what has just happened on the stage. */
  readonly spoken = signal("");
  private spokenAt = -Infinity;

  setStroke(change: Partial<Stroke>): void {
    this.stroke.value = { ...this.stroke.value, ...change };
  }

  scaleRadius(factor: number): void {
    const radius = this.stroke.value.radius * factor;
    this.setStroke({ radius: Math.min(LARGEST_RADIUS, Math.max(SMALLEST_RADIUS, radius)) });
  }

  resize(direction: 1 | -1): void {
    this.scaleRadius(RADIUS_STEP ** direction);
  }

  toggleHover(): void {
    this.hover.value = this.hoverSlow.value !== null || !this.hover.value;
    this.hoverSlow.value = null;
    remember(HOVER_KEY, this.hover.value ? "on" : "off");
  }

  say(sentence: string): void {
    this.spoken.value = sentence;
    this.spokenAt = performance.now();
  }

  /** Says what matters less than what was done just now. */
  mention(sentence: string): void {
    const free = this.deed === null && performance.now() - this.spokenAt > PAUSE_MS;
    if (free) this.spoken.value = sentence;
  }
}
