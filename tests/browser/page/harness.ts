/** The page the pairing tests drive: a player on a canvas, and a protocol of all it presented. */

import {
  createPlayer,
  type ErrorEvent,
  type FrameEvent,
  type Player,
  type PlayerOptions,
  type Side,
  type View,
  type Wipe,
} from "@mattebox/player";
import { HEIGHT, readRow, WIDTH } from "./barcode";

/** What one presented picture said about itself. */
export interface Reading {
  readonly frame: number;
  readonly drawnAt: number;
  readonly revision: number;
  readonly matte: FrameEvent["matte"];
  /** Frame number in the plate's bar code. */
  readonly plate: number;
  /** Frame number and revision in the matte's bar code; null where no matte was drawn. */
  readonly mask: number | null;
  readonly code: number | null;
  readonly margin: number;
  /** All that the row of the mask's bar code shows, a bit for each cell from the left. */
  readonly bits: number;
  readonly view: View["kind"];
  /** What the event said of the other side of the wipe. */
  readonly against: Side | null;
  /** The wipes it may have been drawn with: more than one while a new one was on its way. */
  readonly wipes: readonly (Wipe | null)[];
  /** The revision that the player named as the current one at that moment. */
  readonly current: number | null;
}

const PLATE_ROW = 30;
const MASK_ROW = 150;

/** Where pixels are not asked for. */
const BLANK = new Uint8Array(WIDTH * HEIGHT * 4);

interface Levels {
  readonly plate: (r: number, g: number, b: number) => number;
  readonly mask: (r: number, g: number, b: number) => number;
}

const PLAIN: Levels = { plate: (_, g) => g, mask: (_, g) => g };

/** How the two bar codes look in a view: as levels 0 (no bar) .. 255 (bar). */
const LEVELS: Partial<Record<View["kind"], Levels>> = {
  // Tint red at one half: the plate's bars stay in green, the mask halves the grey's green.
  overlay: { plate: (_, g) => g * 2, mask: (_, g) => (128 - g) * 4 },
  // Key colour green: where the mask is 0 the grey gives way to green.
  cutout: { plate: (_, g) => g, mask: (r, g) => 255 - (g - r) * 1.0 },
};

export class Harness {
  readonly canvas: HTMLCanvasElement;
  readonly player: Player;
  readonly readings: Reading[] = [];
  readonly errors: ErrorEvent[] = [];
  readonly states: string[] = [];
  private view: View = { kind: "overlay", opacity: 0.5 };
  private wipes: readonly (Wipe | null)[] = [null];

  constructor(options: Omit<PlayerOptions, "canvas">) {
    this.canvas = document.createElement("canvas");
    this.canvas.width = WIDTH;
    this.canvas.height = HEIGHT;
    document.body.append(this.canvas);
    this.player = createPlayer({ autoResize: false, ...options, canvas: this.canvas });
    this.player.setView(this.view);
    this.player.setReadback({ x: 0, y: 0, width: WIDTH, height: HEIGHT });
    this.player.on("frame", (event) => {
      this.readings.push(this.read(event, event.pixels ?? BLANK));
    });
    this.player.on("error", (error) => this.errors.push(error));
    this.player.on("state", ({ state }) => this.states.push(state));
  }

  /** Call it paused: pictures on their way must not be read as if drawn in the new view. */
  async setView(view: View): Promise<void> {
    this.player.setView(view);
    await this.player.stats();
    this.view = view;
  }

  /** False when the revision could not be had: then the original shows there. */
  async setWipe(wipe: Wipe | null): Promise<boolean> {
    this.wipes = [...this.wipes, wipe];
    const held = await this.player.setWipe(wipe).then(() => true, () => false);
    // A newer one may be on its way already.
    if (this.wipes.at(-1) === wipe) this.wipes = held ? [wipe] : [wipe && { ...wipe, against: "original" }];
    return held;
  }

  /** Plays to the end (or the start) and resolves with the frames presented, in order. */
  async playThrough(rate: number): Promise<number[]> {
    const begin = this.readings.length;
    this.player.setRate(rate);
    const over = new Promise((resolve) => {
      const stop = this.player.on("ended", () => {
        stop();
        resolve(undefined);
      });
    });
    this.player.play();
    await over;
    return this.readings.slice(begin).map((reading) => reading.frame);
  }

  /** Resolves when the current frame's pair is on the canvas. */
  async paired(): Promise<void> {
    for (;;) {
      const last = this.readings.at(-1);
      const { frame, manifest } = this.player;
      if (last?.frame === frame && last.revision === manifest?.revision && last.matte === "paired") return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** What the canvas element itself shows, through the page's own compositor. */
  async onScreen(): Promise<Reading> {
    // A worker's picture reaches the page's canvas with the next frames.
    for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    const copy = document.createElement("canvas");
    copy.width = WIDTH;
    copy.height = HEIGHT;
    const context = copy.getContext("2d");
    if (!context) throw new Error("no 2D context");
    context.drawImage(this.canvas, 0, 0);
    const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
    const revision = this.player.manifest?.revision ?? -1;
    const said = { frame: this.player.frame, revision, matte: "paired" } as const;
    const event = { ...said, drawnAt: performance.now(), time: 0, live: [], against: null };
    return this.read(event, new Uint8Array(data.buffer));
  }

  private read(event: FrameEvent, pixels: Uint8Array): Reading {
    const levels = LEVELS[this.view.kind] ?? PLAIN;
    const plate = readRow(pixels, PLATE_ROW, levels.plate);
    const row = readRow(pixels, MASK_ROW, levels.mask);
    const mask = event.matte === "paired" ? row : null;
    return {
      frame: event.frame,
      drawnAt: event.drawnAt,
      revision: event.revision,
      matte: event.matte,
      plate: plate.number,
      mask: mask?.number ?? null,
      code: mask?.code ?? null,
      margin: Math.min(plate.margin, mask?.margin ?? 127),
      bits: row.number * 16 + row.code,
      view: this.view.kind,
      against: event.against,
      wipes: this.wipes,
      current: this.player.manifest?.revision ?? null,
    };
  }
}

declare global {
  interface Window {
    Harness: typeof Harness;
    harness: Harness;
  }
}

window.Harness = Harness;
