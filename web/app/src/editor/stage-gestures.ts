/**
 * Leads pointers and the keyboard's crosshair to the tools, and does what the tools ask for. Places
 * come in CSS pixels from the stage's top left corner; tools think in fractions of the picture.
 */

import { batch } from "@preact/signals";
import { toPicture, type Point } from "../logic/viewport";
import * as marking from "../state/marking";
import { Paint } from "../state/paint";
import type { Session } from "../state/session";
import { begin } from "../tools/begin";
import { Panning } from "../tools/moving";
import { Pointing } from "../tools/pointing";
import { pinch, type Fingers } from "../tools/pinch";
import { distance, type Gesture, type Hand, type Intent, type Press } from "../tools/types";
import { panPicture, pictureSize, setViewport, SMALLEST_SCALE } from "./stage-view";

export interface Contact {
  readonly id: number;
  readonly at: Point;
  readonly kind: string;
  readonly button: number;
  readonly alt: boolean;
  readonly mark: string | null;
}

const MIDDLE = 1;
const RIGHT = 2;
/** A finger is less steady than a mouse by this factor. */
const FINGER = 2.5;
/** A click this near to the previewed one, in screen pixels, is that one. */
const SAME_PLACE = 2;

export class StageGestures {
  private gesture: Gesture | null = null;
  private lead: number | null = null;
  private dragged: string | null = null;
  private paint: Paint | null = null;
  /** What the gesture is for; null where it only moves the view. */
  private target: marking.Target | null = null;
  private readonly touches = new Map<number, Point>();

  constructor(private readonly session: Session) {}

  get busy(): boolean {
    return this.gesture !== null;
  }

  /** Returns whether the pointer shall be captured until it is released. */
  down(contact: Contact): boolean {
    const { session, touches } = this;
    const touch = contact.kind === "touch";
    if (touch) touches.set(contact.id, contact.at);
    if (touches.size === 2) {
      this.abandon();
      return true;
    }
    if (this.gesture || touches.size > 2 || contact.button === RIGHT) return touch;
    const pan = contact.button === MIDDLE || session.spaceHeld.value;
    if (pan) session.spacePanned.value = session.spaceHeld.value;
    this.lead = contact.id;
    const { alt, mark } = contact;
    const begun = this.start({ at: this.place(contact.at), alt, mark, pan }, touch ? FINGER : 1);
    // A finger's end would go unheard with the mark under it, should that be removed meanwhile.
    return begun || touch;
  }

  /** `path`: where the pointer went since the last call, oldest first; `held`: it is down. */
  move(id: number, path: readonly Point[], held: boolean): void {
    const at = path.at(-1);
    if (!at) return;
    // It was let go where the page could not hear of it.
    if (!held && id === this.lead) this.abandon();
    const before = this.fingers();
    if (this.touches.has(id)) this.touches.set(id, at);
    const after = this.fingers();
    if (before && after) {
      const { session } = this;
      setViewport(session, pinch(session.viewport.value, before, after, SMALLEST_SCALE));
    } else if (id === this.lead) {
      this.go(path.map((point) => this.place(point)));
    }
  }

  /** `since`: when the pointer was let go, by the page's clock. */
  up(id: number, since: number): void {
    this.touches.delete(id);
    if (id === this.lead) this.finish(since);
  }

  cancel(id: number): void {
    this.touches.delete(id);
    if (id === this.lead) this.abandon();
  }

  /** Begins a gesture at a place of the picture; returns whether there is one. */
  start(press: Press, shake = 1): boolean {
    const { session } = this;
    const first = begin(this.hand(shake), press);
    if (!first) return false;
    if (!(first.next instanceof Panning)) {
      if (marking.refuseLocked(session)) return false;
      this.target = marking.aim(session);
      if (!this.target) return false;
    }
    this.dragged = press.mark;
    this.enter(first.next);
    addEventListener("keydown", this.escape, true);
    this.perform(first.intents);
    return true;
  }

  go(places: readonly Point[]): void {
    if (!this.gesture) return;
    const { next, intents } = this.gesture.move(places);
    this.enter(next);
    this.perform(intents);
  }

  finish(since = performance.now()): void {
    // In one go: a preview is still there for the click that comes of it.
    batch(() => this.end(since));
  }

  private end(since: number): void {
    const intents = this.gesture?.release() ?? [];
    const { paint, target } = this;
    this.paint = null;
    this.leave();
    const prompt = intents.find(isPrompt);
    if (prompt && target) marking.addPrompt(this.session, target, prompt, paint);
    else paint?.drop();
    if (target) this.give(target, intents, since);
  }

  /** Nothing comes of what was begun. */
  abandon(): void {
    if (!this.gesture) return;
    if (this.dragged !== null) marking.leaveClick(this.session, this.dragged);
    this.paint?.drop();
    this.paint = null;
    this.leave();
  }

  private enter(gesture: Gesture): void {
    this.gesture = gesture;
    const { shape } = gesture;
    const { toolbox } = this.session;
    batch(() => {
      toolbox.gesture.value = gesture instanceof Panning ? "picture" : "mark";
      toolbox.pressed.value = gesture instanceof Pointing ? gesture.at : null;
      toolbox.shape.value = shape;
    });
    if (shape?.kind === "brush" && shape.direct && this.target) {
      this.paint ??= Paint.begin(this.session, this.target);
      this.paint?.draw(shape);
    }
  }

  private leave(): void {
    this.gesture = null;
    this.lead = null;
    this.dragged = null;
    this.target = null;
    const { toolbox } = this.session;
    toolbox.gesture.value = null;
    toolbox.pressed.value = null;
    toolbox.shape.value = null;
    removeEventListener("keydown", this.escape, true);
  }

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.abandon();
  };

  /** What shows while the hand is down. */
  private perform(intents: readonly Intent[]): void {
    const { session } = this;
    for (const intent of intents) {
      if (intent.kind === "pan") {
        panPicture(session, intent.dx, intent.dy);
      } else if (intent.kind === "select") {
        session.clickId.value = intent.mark;
      } else if (intent.kind === "drag") {
        marking.dragClick(session, intent.mark, intent.at);
      }
    }
  }

  /** What the hand leaves when it lets go. */
  private give(target: marking.Target, intents: readonly Intent[], since: number): void {
    const { session } = this;
    for (const intent of intents) {
      if (intent.kind === "click") {
        const { include } = intent;
        marking.addClick(session, target, { at: this.foreseen(intent.at), include, since });
      } else if (intent.kind === "drop") {
        marking.dropClick(session, target, intent.mark);
      }
    }
  }

  /** What the preview showed is what a click beside it gives. */
  private foreseen(at: Point): Point {
    const { session } = this;
    const shown = session.toolbox.preview.value?.at;
    const reach = SAME_PLACE / session.viewport.value.scale;
    return shown && distance(shown, at, pictureSize(session)) <= reach ? shown : at;
  }

  private hand(shake: number): Hand {
    const { session } = this;
    const { radius, erase, direct } = session.toolbox.stroke.value;
    const pixel = shake / session.viewport.value.scale;
    return { tool: session.tool.value, radius, erase, direct, pixel, picture: pictureSize(session) };
  }

  private fingers(): Fingers | null {
    const [a, b] = this.touches.values();
    return a && b ? [a, b] : null;
  }

  private place(at: Point): Point {
    return toPicture(this.session.viewport.value, pictureSize(this.session), at);
  }
}

const isPrompt = (intent: Intent) =>
  intent.kind === "box" || intent.kind === "brush" || intent.kind === "lasso";
