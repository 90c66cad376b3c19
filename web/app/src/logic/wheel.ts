/**
 * What a turn of the wheel means. A mouse's wheel zooms, as in compositing programs; two fingers on
 * a trackpad pan and a pinch zooms, as they do everywhere else. Browsers do not say which of the two
 * it was, so it is told from the steps: a mouse's are whole notches straight up or down.
 */

export interface WheelTurn {
  readonly deltaX: number;
  readonly deltaY: number;
  /** 0: pixels, 1: lines, 2: pages. */
  readonly deltaMode: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly timeStamp: number;
}

export type WheelMeaning =
  | { readonly kind: "zoom"; readonly factor: number }
  | { readonly kind: "pan"; readonly dx: number; readonly dy: number }
  | { readonly kind: "radius"; readonly factor: number };

const ZOOM_PACE = 0.0015;
/** A pinch comes as a wheel with Ctrl and small steps. */
const PINCH_PACE = 0.012;
const RADIUS_PACE = 0.002;
const LINE = 20;
const PAGE = 400;
/** The least that one notch of a mouse's wheel reports, in pixels. */
const NOTCH = 50;
/** Turns closer together than this belong to one movement of the hand. */
const ONE_MOVEMENT_MS = 180;

/** Follows the turns of one stage, for what a turn means depends on those right before it. */
export class Wheel {
  private fingers = false;
  private last = -Infinity;

  /** `sizing`: Shift changes the brush's radius instead of moving the picture sideways. */
  read(turn: WheelTurn, sizing: boolean): WheelMeaning {
    const unit = [1, LINE, PAGE][turn.deltaMode] ?? 1;
    const dx = turn.deltaX * unit;
    const dy = turn.deltaY * unit;
    if (turn.ctrlKey || turn.metaKey) {
      const pace = Math.abs(dy) < NOTCH ? PINCH_PACE : ZOOM_PACE;
      return { kind: "zoom", factor: Math.exp(-dy * pace) };
    }
    // Some browsers turn the wheel sideways where Shift is held, some do not.
    if (turn.shiftKey && sizing) {
      return { kind: "radius", factor: Math.exp(-(dy || dx) * RADIUS_PACE) };
    }
    if (turn.timeStamp - this.last > ONE_MOVEMENT_MS) this.fingers = !isNotch(turn);
    this.last = turn.timeStamp;
    if (turn.shiftKey && dx === 0) return { kind: "pan", dx: -dy, dy: 0 };
    if (this.fingers || turn.shiftKey) return { kind: "pan", dx: -dx, dy: -dy };
    return { kind: "zoom", factor: Math.exp(-dy * ZOOM_PACE) };
  }
}

function isNotch({ deltaX, deltaY, deltaMode }: WheelTurn): boolean {
  return deltaX === 0 && (deltaMode !== 0 || Math.abs(deltaY) >= NOTCH);
}
