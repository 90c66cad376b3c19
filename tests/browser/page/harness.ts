/** The page the pairing tests drive: a player on a canvas, and a protocol of all it presented. */

import {
  createPlayer,
  type ErrorEvent,
  type FrameEvent,
  type Player,
  type PlayerOptions,
  type Side,
  type View,
  type ViewTransform,
  type Wipe,
} from "@mattebox/player";
import {
  drawMask,
  HEIGHT,
  pictureIn,
  readMask,
  readRow,
  WIDTH,
  type Level,
  type ObjectId,
  type Row,
  type Shot,
} from "./barcode";
import { AnimationFrames } from "./frames";
import { LocalPlatform, RemotePlatform, type Act } from "./platform";
import { Setting } from "./setting";
import { PATIENCE_MS, rest, until } from "./until";

/** What a picture shows if it was drawn in this view: a row's bits from the left. */
export interface Look {
  readonly view: View["kind"];
  readonly rows: Readonly<Record<Row, number>>;
  /** Least distance of any cell from its threshold, 0..127. */
  readonly margin: number;
}

/** What was asked of the player when a picture came; more than one while a change was on its way. */
export interface Scene {
  readonly wipes: readonly (Wipe | null)[];
  /** Objects that are shown; null: all that there are. */
  readonly visible: readonly (readonly ObjectId[] | null)[];
  /** Codes of the live masks on this frame; null: none. */
  readonly drafts: Readonly<Record<ObjectId, readonly (number | null)[]>>;
}

/** What one presented picture said about itself. */
export interface Reading {
  readonly frame: number;
  readonly drawnAt: number;
  readonly revision: number;
  readonly matte: FrameEvent["matte"];
  readonly live: readonly string[];
  /** Frame number in the plate's bar code. */
  readonly plate: number;
  /** Frame number and revision in the first object's bar code; null where no matte was drawn. */
  readonly mask: number | null;
  readonly code: number | null;
  readonly margin: number;
  /** All that the row of the mask's bar code shows, a bit for each cell from the left. */
  readonly bits: number;
  /** One for each view that it may have been drawn in. */
  readonly looks: readonly Look[];
  readonly scene: Scene;
  /** What the event said of the other side of the wipe. */
  readonly against: Side | null;
  /** The revision that the player named as the current one at that moment, and its objects. */
  readonly current: number | null;
  readonly objects: readonly string[];
}

/** What an event says of a picture, as far as the reading needs it. */
type Said = Pick<FrameEvent, "frame" | "drawnAt" | "revision" | "matte" | "live" | "against">;

interface Levels {
  readonly plate: Level;
  readonly mask: Level;
}

const PLAIN: Levels = { plate: (_, g) => g, mask: (_, g) => g };

/** How the bar codes look in a view: as levels 0 (no bar) .. 255 (bar). */
const LEVELS: Partial<Record<View["kind"], Levels>> = {
  // Tint red at one half: the plate's bars stay in green, the mask halves the grey's green.
  overlay: { plate: (_, g) => g * 2, mask: (_, g) => (128 - g) * 4 },
  // Key colour green: where the mask is 0 the grey gives way to green.
  cutout: { plate: (_, g) => g, mask: (r, g) => 255 - (g - r) * 1.0 },
};

const NOTHING = { left: 0, top: 0, width: WIDTH, height: HEIGHT };
const NO_DRAFTS: Scene["drafts"] = { o1: [null], o2: [null] };

export class Harness {
  readonly canvas: HTMLCanvasElement;
  readonly player: Player;
  readonly readings: Reading[] = [];
  readonly errors: ErrorEvent[] = [];
  readonly states: string[] = [];
  private readonly frames: AnimationFrames | null;
  private platform: LocalPlatform | RemotePlatform | null = null;
  private readonly views = new Setting<View>({ kind: "overlay", opacity: 0.5 });
  private readonly wipes = new Setting<Wipe | null>(null);
  private readonly shown = new Setting<readonly ObjectId[] | null>(null);
  private readonly drafts = new Map<string, Setting<number | null>>();
  private revision: number | null = null;
  /** The part of the canvas that is read back; what of it lies outside the canvas is transparent. */
  private reach = { width: WIDTH, height: HEIGHT };

  constructor(options: Omit<PlayerOptions, "canvas">) {
    this.canvas = document.createElement("canvas");
    this.canvas.width = WIDTH;
    this.canvas.height = HEIGHT;
    document.body.append(this.canvas);
    this.frames = options.thread === "main" ? new AnimationFrames() : null;
    this.player = createPlayer({ autoResize: false, ...options, canvas: this.canvas });
    this.player.setView(this.views.newest);
    this.setReach(WIDTH, HEIGHT);
    this.player.on("frame", (event) => {
      this.readings.push(this.read(event, event.pixels ?? null));
    });
    this.player.on("error", (error) => this.errors.push(error));
    this.player.on("state", ({ state }) => this.states.push(state));
    this.player.on("revision", ({ revision }) => {
      if (revision !== this.revision) this.drafts.clear();
      this.revision = revision;
    });
  }

  /** How much of the canvas is read: at least as much as it has. */
  setReach(width: number, height: number): void {
    this.reach = { width, height };
    this.player.setReadback({ x: 0, y: 0, width, height });
  }

  async setView(view: View): Promise<void> {
    await this.views.change(view, async () => {
      this.player.setView(view);
      await this.player.stats();
      return view;
    });
  }

  /** The zoom must leave the whole picture on the canvas. */
  setTransform(transform: ViewTransform): void {
    this.player.setViewTransform(transform);
  }

  /** False when the revision could not be had: then the original shows there. */
  async setWipe(wipe: Wipe | null): Promise<boolean> {
    const held = await this.wipes.change(wipe, () =>
      this.player.setWipe(wipe).then(
        () => wipe,
        () => wipe && { ...wipe, against: "original" as const },
      ),
    );
    return held === wipe;
  }

  /** Shows these objects only. */
  async setVisible(ids: readonly ObjectId[]): Promise<void> {
    await this.shown.change(ids, async () => {
      const all = this.player.manifest?.objects ?? [];
      this.player.setObjects(all.map(({ id, color }) => ({ id, color, visible: ids.includes(id as ObjectId) })));
      await this.player.stats();
      return ids;
    });
  }

  /** Puts a live mask with this code (null: none) on an object's frame. */
  async setDraft(frame: number, id: ObjectId, code: number | null): Promise<void> {
    const key = `${frame} ${id}`;
    const draft = this.drafts.get(key) ?? new Setting<number | null>(null);
    this.drafts.set(key, draft);
    await draft.change(code, async () => {
      this.player.setLiveMask(frame, id, code === null ? null : drawMask(id, frame * 16 + code));
      await this.player.stats();
      return code;
    });
  }

  /** The code of what the player says it shows of an object on a frame; null: nothing. */
  async readMatte(frame: number, id: ObjectId): Promise<number | null> {
    const mask = await this.player.readMatte(frame, id);
    return mask && readMask(id, mask);
  }

  /** As when the browser takes the graphics away. */
  loseContext(): Promise<void> {
    return this.act("lose");
  }

  restoreContext(): Promise<void> {
    return this.act("restore");
  }

  /** As when the page comes behind another one, where it gets no animation frames, and back. */
  async setHidden(hidden: boolean): Promise<void> {
    await this.act(hidden ? "hide" : "show");
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }

  /** Plays to the end (or the start) and resolves with the frames presented, in order. */
  async playThrough(rate: number): Promise<number[]> {
    const begin = this.readings.length;
    this.player.setRate(rate);
    const over = this.ended();
    this.player.play();
    await over;
    return this.readings.slice(begin).map((reading) => reading.frame);
  }

  /** Resolves when playback, which goes on from here at the present rate, comes to its end. */
  async ended(): Promise<void> {
    const { player } = this;
    let over = false;
    const stop = player.on("ended", () => {
      over = true;
    });
    const where = () => `the end of playback, which is ${player.state} on frame ${player.frame}`;
    const playsMs = (player.duration / Math.abs(player.rate)) * 1000;
    await until(where, () => over, playsMs + PATIENCE_MS).finally(stop);
  }

  /** Resolves when the current frame's pair is on the canvas. */
  async paired(): Promise<void> {
    const { player, readings, errors } = this;
    const what = () => {
      const { frame, revision, matte } = readings.at(-1) ?? {};
      const wanted = `the pair of frame ${player.frame}, revision ${String(player.manifest?.revision)}`;
      const last = JSON.stringify({ frame, revision, matte });
      return `${wanted}; the last picture is ${last}, errors: ${errors.map(({ message }) => message).join(" ")}`;
    };
    await until(what, () => {
      const last = readings.at(-1);
      return last?.frame === player.frame && last.revision === player.manifest?.revision && last.matte === "paired";
    });
  }

  /** What a worker's canvas shows, as the page gets it. */
  async onScreen(): Promise<Reading> {
    // A worker's picture reaches the page's canvas with the next frames.
    for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    return this.readShown(this.canvas);
  }

  /** The same of a photograph of the canvas, as a data URL. */
  async onPhotograph(url: string): Promise<Reading> {
    const photograph = new Image();
    photograph.src = url;
    await photograph.decode();
    return this.readShown(photograph);
  }

  private act(act: Act): Promise<void> {
    if (!this.platform) {
      const context = this.frames && this.canvas.getContext("webgl2");
      this.platform = this.frames && context ? new LocalPlatform(context, this.frames) : new RemotePlatform();
    }
    return this.platform.act(act);
  }

  private readShown(source: CanvasImageSource): Reading {
    const { width, height } = this.reach;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    if (!context) throw new Error("no 2D context");
    context.drawImage(source, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const revision = this.player.manifest?.revision ?? -1;
    const nothing = { frame: this.player.frame, revision, matte: "paired", live: [], against: null } as const;
    const said = this.readings.at(-1) ?? nothing;
    return this.read({ ...said, drawnAt: performance.now() }, new Uint8Array(data.buffer));
  }

  private read(said: Said, pixels: Uint8Array | null): Reading {
    const { frame, drawnAt, revision, matte, live, against } = said;
    const newest = this.look(this.views.newest.kind, pixels);
    const older = this.views.possible.slice(0, -1).map((view) => this.look(view.kind, pixels));
    const { rows, margin } = newest;
    const mask = matte === "paired" ? rows.o1 : null;
    return {
      frame,
      drawnAt,
      revision,
      matte,
      live,
      against,
      plate: rows.plate >> 4,
      mask: mask === null ? null : mask >> 4,
      code: mask === null ? null : mask & 15,
      margin,
      bits: rows.o1,
      looks: [...older, newest],
      scene: this.sceneOf(frame),
      current: this.player.manifest?.revision ?? null,
      objects: this.player.manifest?.objects.map(({ id }) => id) ?? [],
    };
  }

  private look(view: View["kind"], pixels: Uint8Array | null): Look {
    const levels = LEVELS[view] ?? PLAIN;
    const stride = this.reach.width;
    const picture = pixels && pictureIn(pixels, stride);
    const shot: Shot = { pixels: pixels ?? new Uint8Array(0), stride, picture: picture ?? NOTHING };
    const plate = readRow(shot, "plate", levels.plate);
    const o1 = readRow(shot, "o1", levels.mask);
    const o2 = readRow(shot, "o2", levels.mask);
    const rows = { plate: plate.bits, o1: o1.bits, o2: o2.bits };
    return { view, rows, margin: Math.min(plate.margin, o1.margin) };
  }

  private sceneOf(frame: number): Scene {
    const draft = (id: ObjectId) => this.drafts.get(`${frame} ${id}`)?.possible ?? NO_DRAFTS[id];
    const drafts = { o1: draft("o1"), o2: draft("o2") };
    return { wipes: this.wipes.possible, visible: this.shown.possible, drafts };
  }
}

declare global {
  interface Window {
    Harness: typeof Harness;
    harness: Harness;
    rest: typeof rest;
    until: typeof until;
  }
}

window.Harness = Harness;
window.rest = rest;
window.until = until;
