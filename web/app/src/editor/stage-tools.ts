/**
 * What a pointer does on the stage, as a small state machine: idle, panning, or dragging a click.
 * It knows no elements; the stage gives it points in CSS pixels from its top left corner.
 */

import { isOnPicture, panBy, toPicture, type Point } from "../logic/viewport";
import * as editing from "../state/editing";
import type { Session } from "../state/session";
import { pictureSize, setViewport } from "./stage-view";

/** Pointer travel in pixels below which a press is no drag. */
const SLACK = 3;

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "panning"; readonly last: Point }
  | {
      readonly kind: "dragging";
      readonly click: string;
      readonly start: Point;
      readonly moved: boolean;
    };

export interface Press {
  readonly at: Point;
  readonly button: number;
  readonly alt: boolean;
  /** The click point that was hit, if any. */
  readonly click: string | null;
}

const MIDDLE = 1;
const RIGHT = 2;

export class StageTools {
  private state: State = { kind: "idle" };

  constructor(private readonly session: Session) {}

  /** Returns whether the pointer shall be captured until it is released. */
  press(press: Press): boolean {
    const { session } = this;
    if (press.button === MIDDLE || session.spaceHeld.value) {
      this.state = { kind: "panning", last: press.at };
      session.spacePanned.value = session.spaceHeld.value;
      return true;
    }
    if (press.button === RIGHT) {
      if (press.click !== null) editing.deleteClick(session, press.click);
      return false;
    }
    if (press.click !== null) {
      session.clickId.value = press.click;
      this.state = { kind: "dragging", click: press.click, start: press.at, moved: false };
      return true;
    }
    const at = this.onPicture(press.at);
    if (at) editing.addClick(session, at.x, at.y, this.includes(press.alt));
    return false;
  }

  move(at: Point): void {
    const { session, state } = this;
    if (state.kind === "panning") {
      this.state = { kind: "panning", last: at };
      const { viewport } = session;
      setViewport(session, panBy(viewport.value, at.x - state.last.x, at.y - state.last.y));
    } else if (state.kind === "dragging") {
      const far = Math.hypot(at.x - state.start.x, at.y - state.start.y) > SLACK;
      if (!state.moved && !far) return;
      this.state = { ...state, moved: true };
      const point = this.clamped(at);
      editing.dragClick(session, state.click, point.x, point.y);
    }
  }

  release(): void {
    if (this.state.kind === "dragging" && this.state.moved) {
      editing.dropClick(this.session, this.state.click);
    }
    this.state = { kind: "idle" };
  }

  get panning(): boolean {
    return this.state.kind === "panning";
  }

  /** Alt turns the tool in hand into the other one. */
  includes(alt: boolean): boolean {
    return (this.session.tool.value === "include") !== alt;
  }

  private onPicture(at: Point): Point | null {
    const point = toPicture(this.session.viewport.value, pictureSize(this.session), at);
    return isOnPicture(point) ? point : null;
  }

  private clamped(at: Point): Point {
    const point = toPicture(this.session.viewport.value, pictureSize(this.session), at);
    return { x: Math.min(1, Math.max(0, point.x)), y: Math.min(1, Math.max(0, point.y)) };
  }
}
