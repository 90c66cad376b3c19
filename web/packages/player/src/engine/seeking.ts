/**
 * What is sought. While a hand drags over the timeline, wishes come faster than pictures: then the
 * frame in work is finished and shown before the newest wish gets its turn, so that each picture
 * shown is exact, none is skipped half-made, and the screen keeps moving with the hand.
 */

import type { FrameEvent } from "../types";

/** How long a newer wish waits for the one in work to be fetched, */
const FETCH_MS = 250;
/** and to be decoded, once it is fetched: on a slow machine no picture would be finished else. */
const FINISH_MS = 1000;
/** Wishes that follow each other within this time come from a hand on its way. */
const DRAG_MS = 200;
/** Frames so near to each other are best decoded in a row. */
const NEAR = 8;

interface Wish {
  readonly frame: number;
  readonly resolve: (event: FrameEvent | null) => void;
}

export class Seeking {
  private current = 0;
  private begun = 0;
  private wish: Wish | null = null;
  /** The target is not on screen yet. */
  private underway = false;
  private wishedAt = -Infinity;
  private quick = false;
  private far = false;
  private overtaken = 0;

  /** `now` in milliseconds that only rise. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The frame to work on and to show. */
  get target(): number {
    return this.current;
  }

  /** The frame last asked for: where a step starts from. */
  get newest(): number {
    return this.wish?.frame ?? this.current;
  }

  /** Milliseconds since the target became it. */
  get age(): number {
    return this.now() - this.begun;
  }

  /** Whether a hand is on its way: the next wish is about to come. */
  get isBusy(): boolean {
    return this.quick && this.now() - this.wishedAt < DRAG_MS;
  }

  /** Whether the target will hardly be stayed at: what lies around it is not worth work yet. */
  get isDragging(): boolean {
    return this.far && this.isBusy;
  }

  /** Milliseconds after which time alone may change what is worked on; null: it will not. */
  get turnIn(): number | null {
    const turns = this.isBusy ? [DRAG_MS - (this.now() - this.wishedAt)] : [];
    const { age } = this;
    if (this.newest !== this.current) turns.push((age < FETCH_MS ? FETCH_MS : FINISH_MS) - age);
    return turns.length > 0 ? Math.max(1, Math.min(...turns)) : null;
  }

  /** Wishes that were never shown since this was last asked. */
  takeOvertaken(): number {
    const { overtaken } = this;
    this.overtaken = 0;
    return overtaken;
  }

  /** Goes there at once; whoever waits for another frame hears null. */
  jump(frame: number): void {
    this.settle(null);
    this.aim(frame);
  }

  /** Playback came here: like `jump`, but a frame that stays the target keeps its age. */
  follow(frame: number): void {
    if (frame !== this.current) this.aim(frame);
  }

  /** Aims at what is sought anew, because the clip was opened again; `clamp` keeps it in the clip. */
  renew(clamp: (frame: number) => number): void {
    this.aim(clamp(this.newest));
  }

  /** Wishes for a frame; resolves when it is shown, null when it was overtaken. */
  seek(frame: number): Promise<FrameEvent | null> {
    const now = this.now();
    this.quick = now - this.wishedAt < DRAG_MS;
    this.far = Math.abs(frame - this.newest) > NEAR;
    this.wishedAt = now;
    if (this.wish) this.overtaken++;
    this.settle(null);
    const shown = new Promise<FrameEvent | null>((resolve) => {
      this.wish = { frame, resolve };
    });
    if (!this.underway) this.aim(frame);
    return shown;
  }

  /**
   * Turns to the newest wish when its picture can be shown, or when the target took too long;
   * `fetched` tells whether a frame's segment is here.
   */
  advance(presentable: (frame: number) => boolean, fetched: (frame: number) => boolean): void {
    const { newest, current, age } = this;
    if (newest === current) return;
    const late = age >= FINISH_MS || (age >= FETCH_MS && !fetched(current));
    if (late || presentable(newest)) this.aim(newest);
  }

  /** The target is on screen. True when the next wish is to be worked on. */
  shown(event: FrameEvent | null): boolean {
    this.underway = false;
    if (this.wish?.frame === this.current) this.settle(event);
    const { newest } = this;
    if (newest === this.current) return false;
    this.aim(newest);
    return true;
  }

  settle(event: FrameEvent | null): void {
    this.wish?.resolve(event);
    this.wish = null;
  }

  private aim(frame: number): void {
    this.current = frame;
    this.begun = this.now();
    this.underway = true;
  }
}
