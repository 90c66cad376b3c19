/**
 * Does with the player at random what a restless person on a bad network and a poor machine does,
 * and looks at every picture that comes of it.
 */

import type { DecoderChoice, View } from "@mattebox/player";
import { HEIGHT, WIDTH, type ObjectId } from "./barcode";
import { faultOf, isCheckedPair, matteOf } from "./expectation";
import { Harness, type Reading } from "./harness";
import { rest, until } from "./until";

/** Actions after which the player is let alone until the current pair is there. */
const CHECKPOINT = 40;
const FRAMES = 96;
const RATES = [0.5, 1, 2, 4, 8, -1, -2, -4];
const NETWORKS = ["ok", "slow", "stalled", "broken", "broken", "offline"];
const BOTH: readonly ObjectId[] = ["o1", "o2"];
const VISIBLE: readonly (readonly ObjectId[])[] = [BOTH, BOTH, ["o1"], ["o2"], []];
const CUTOUT = { kind: "cutout", background: { kind: "color", color: "#00ff00" } } as const;
const VIEWS: readonly View[] = [
  { kind: "overlay", opacity: 0.5 },
  { kind: "overlay", opacity: 0.5, outline: true },
  CUTOUT,
  { kind: "matte" },
  { kind: "original" },
];
/** The whole picture fits into each of them. */
const SIZES = [[320, 180], [480, 270], [400, 270], [480, 200]] as const;
const REACH = [480, 270] as const;
/** So few frames fit that pictures come and go all the time: a plate, two mattes, two compared. */
const BUFFER_BYTES = 14 * WIDTH * HEIGHT * 5.5;

interface Report {
  readonly actions: Readonly<Record<string, number>>;
  readonly presented: number;
  readonly paired: number;
  readonly compared: number;
  /** Pictures with a live mask in them. */
  readonly drafted: number;
  readonly mismatched: readonly { readonly fault: string; readonly after: string; readonly reading: Reading }[];
  readonly errors: Readonly<Record<string, number>>;
  readonly strange: readonly string[];
  readonly mostOpenPictures: number;
  readonly mostBytes: number;
  readonly contextLosses: number;
}

type Tally = Record<string, number>;

class Soak {
  private readonly harness: Harness;
  private readonly actions: Tally = {};
  private readonly mismatched: { fault: string; after: string; reading: Reading }[] = [];
  private readonly errors: Tally = {};
  private readonly strange: string[] = [];
  private readonly adaptive: boolean;
  private presented = 0;
  private paired = 0;
  private compared = 0;
  private drafted = 0;
  private mostOpenPictures = 0;
  private mostBytes = 0;
  private contextLosses = 0;
  private done = 0;
  private latest = "start";

  constructor(
    decoder: DecoderChoice,
    private state: number,
  ) {
    // With a canvas that follows its size, fewer lines are drawn where that is slow.
    this.adaptive = this.random() < 0.5;
    const limits = { bufferBytes: BUFFER_BYTES, cacheBytes: 0 };
    this.harness = new Harness({ projectId: "p1", decoder, autoResize: this.adaptive, ...limits });
    this.harness.setReach(...REACH);
    // One without a size of its own would follow what is drawn, and be smaller each time.
    if (this.adaptive) this.give(WIDTH, HEIGHT);
  }

  async start(): Promise<void> {
    await this.harness.player.load(1);
    await this.harness.player.seek(0);
    await this.settle();
  }

  /** Acts so many times, and tells all since the start. `openPictures` are the most since last time. */
  async act(count: number): Promise<Report> {
    this.mostOpenPictures = 0;
    for (let i = 0; i < count; i++) {
      await this.once();
      await this.look();
      if (++this.done % CHECKPOINT === 0) await this.settle();
    }
    await this.settle();
    const { actions, presented, paired, compared, drafted, mismatched, errors, strange } = this;
    const { mostOpenPictures, mostBytes, contextLosses } = this;
    return {
      actions, presented, paired, compared, drafted, mismatched, errors, strange,
      mostOpenPictures, mostBytes, contextLosses,
    };
  }

  destroy(): void {
    this.harness.player.destroy();
  }

  private async once(): Promise<void> {
    const { player } = this.harness;
    const acts: readonly (readonly [number, string, () => unknown])[] = [
      [20, "play", () => this.play()],
      [10, "seek", () => Promise.race([player.seek(this.frame()), rest(800)])],
      [10, "scrub", () => this.scrub()],
      [10, "step", () => this.stepAbout()],
      [10, "revision", () => this.swap()],
      [10, "wipe", () => this.wipe()],
      [10, "loop", () => this.loop()],
      [15, "network", () => this.network()],
      [15, "draft", () => this.draft()],
      [8, "view", () => this.harness.setView(this.one(VIEWS))],
      [8, "objects", () => this.harness.setVisible(this.one(VISIBLE))],
      [8, "size", () => this.resize()],
      [5, "zoom", () => { this.zoom(); }],
      [6, "hide", () => this.hide()],
      [5, "graphics", () => this.loseGraphics()],
    ];
    let at = this.random() * acts.reduce((sum, [weight]) => sum + weight, 0);
    const [, name, act] = acts.find(([weight]) => (at -= weight) < 0) ?? acts[0] ?? [];
    if (!name || !act) return;
    this.latest = name;
    this.actions[name] = (this.actions[name] ?? 0) + 1;
    await act();
  }

  private async play(): Promise<void> {
    const { player } = this.harness;
    player.setRate(this.one(RATES));
    player.play();
    await rest(100 + this.random() * 500);
    if (this.random() < 0.4) {
      player.setRate(this.one(RATES));
      await rest(200);
    }
    if (this.random() < 0.6) player.pause();
  }

  /** As a hand drags: each wish overtakes the last. */
  private async scrub(): Promise<void> {
    let frame = this.frame();
    for (let i = 0; i < 12; i++) {
      frame = Math.min(FRAMES - 1, Math.max(0, frame + Math.round((this.random() - 0.5) * 20)));
      void this.harness.player.seek(frame);
      await rest(this.random() * 20);
    }
  }

  private async stepAbout(): Promise<void> {
    for (let i = 0; i < 5; i++) {
      const step = this.one([1, 1, -1, 10, -10]);
      await Promise.race([this.harness.player.step(step), rest(300)]);
    }
  }

  private async swap(): Promise<void> {
    // A manifest that the network swallowed leaves the revision as it was.
    const swapped = this.harness.player.setRevision(this.one([1, 2])).catch(() => undefined);
    await this.letThrough(swapped);
  }

  private wipe(): Promise<unknown> {
    const against = this.one([null, "original", 1, 2] as const);
    const position = Math.floor(this.random() * 17) / 16;
    return this.letThrough(this.harness.setWipe(against === null ? null : { position, against }));
  }

  private async loop(): Promise<void> {
    const start = this.frame();
    this.harness.player.setLoop(this.random() < 0.5 ? null : [start, Math.min(FRAMES, start + 20)]);
    await this.play();
  }

  /** Answers to clicks, here and there, also under a playhead that runs over them. */
  private async draft(): Promise<void> {
    const { harness } = this;
    const near = this.random() < 0.7;
    for (let i = 1 + Math.floor(this.random() * 4); i > 0; i--) {
      const offset = this.one([0, 0, 0, 1, 2, 3, -1]);
      const frame = near ? Math.min(FRAMES - 1, Math.max(0, harness.player.frame + offset)) : this.frame();
      const id = this.one(BOTH);
      const code = this.random() < 0.2 ? null : 5 + Math.floor(this.random() * 11);
      await harness.setDraft(frame, id, code);
      await this.checkMatte(frame, id, code);
      await rest(this.random() * 60);
      if (this.random() < 0.2) await Promise.race([harness.player.seek(frame), rest(300)]);
    }
  }

  /** What can be read of an object is what is drawn of it. */
  private async checkMatte(frame: number, id: ObjectId, code: number | null): Promise<void> {
    const { manifest } = this.harness.player;
    const read = await this.harness.readMatte(frame, id);
    const expected = code === null ? matteOf(id, frame, manifest?.revision ?? 0) : frame * 16 + code;
    if (read !== null && read !== expected) this.strange.push(`${id} of frame ${frame} reads as ${read}, not ${expected}`);
  }

  private resize(): Promise<void> {
    const [width, height] = this.one(SIZES);
    this.give(width, height);
    if (!this.adaptive) this.harness.player.resize(width, height);
    return rest(50);
  }

  private give(width: number, height: number): void {
    const { style } = this.harness.canvas;
    style.width = `${width}px`;
    style.height = `${height}px`;
  }

  private zoom(): void {
    const zoom = this.one([1, 0.9, 0.8]);
    const shift = () => 0.5 + (this.random() - 0.5) * (1 / zoom - 1);
    this.harness.setTransform({ zoom, centerX: shift(), centerY: shift() });
  }

  /** Goes behind another page, and comes back at once or some actions later. */
  private async hide(): Promise<void> {
    await this.harness.setHidden(true);
    await rest(this.random() * 400);
    if (this.random() < 0.5) await this.harness.setHidden(false);
  }

  /** Gets it back at once, or some actions later. */
  private async loseGraphics(): Promise<void> {
    await this.harness.loseContext();
    await rest(this.random() * 300);
    if (this.random() < 0.5) await this.harness.restoreContext();
  }

  private async network(mode = this.one(NETWORKS)): Promise<void> {
    await fetch(`/network?mode=${mode}`, { method: "POST" });
  }

  /** Waits for an answer; a network that stalls is let go on after a while. */
  private async letThrough(answer: Promise<unknown>): Promise<void> {
    const late = setTimeout(() => void this.network("slow"), 1500);
    await answer;
    clearTimeout(late);
  }

  /** With all that it needs, the player must come to rest on a complete picture by itself. */
  private async settle(): Promise<void> {
    const { harness } = this;
    const { player, readings } = harness;
    await this.network("ok");
    await harness.setHidden(false);
    await harness.restoreContext();
    player.pause();
    const frame = this.frame();
    void player.seek(frame);
    const isComplete = () => {
      const last = readings.at(-1);
      const sides = [last?.matte, last?.against?.matte];
      return last?.frame === frame && last.current === player.manifest?.revision && !sides.includes("pending");
    };
    await until(`frame ${frame} at rest and complete`, isComplete);
    await this.look();
    // What was drawn is also what is seen, whatever the canvas went through.
    let seen: Reading | null = null;
    const isSeen = async () => faultOf((seen = await harness.onScreen())) === null;
    await until(() => `the same on the screen, which shows ${JSON.stringify(seen)}`, isSeen);
    const { contextLosses } = await player.stats();
    this.contextLosses = contextLosses;
  }

  /** Checks what was presented since the last look, but for the last one, which may be waited for. */
  private async look(): Promise<void> {
    const { readings, errors } = this.harness;
    for (const reading of readings.splice(0, readings.length - 1)) {
      this.presented++;
      if (isCheckedPair(reading)) this.paired++;
      if (isCheckedPair(reading) && reading.live.length > 0) this.drafted++;
      if (reading.against?.matte === "paired") this.compared++;
      const fault = faultOf(reading);
      if (fault !== null) this.mismatched.push({ fault, after: this.latest, reading });
    }
    for (const { code, message, fatal } of errors.splice(0)) {
      this.errors[code] = (this.errors[code] ?? 0) + 1;
      if (fatal || (code !== "network" && code !== "context-lost")) this.strange.push(`${code}: ${message}`);
    }
    const { openPictures, bufferedBytes } = await this.harness.player.stats();
    this.mostOpenPictures = Math.max(this.mostOpenPictures, openPictures);
    this.mostBytes = Math.max(this.mostBytes, bufferedBytes);
    if (bufferedBytes > BUFFER_BYTES) this.strange.push(`${bufferedBytes} of ${BUFFER_BYTES} bytes`);
  }

  private frame(): number {
    return Math.floor(this.random() * FRAMES);
  }

  private one<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)] as T;
  }

  /** 0..1, the same for the same seed (Lehmer's generator). */
  private random(): number {
    this.state = (this.state * 48271) % 2147483647;
    return this.state / 2147483647;
  }
}

declare global {
  interface Window {
    Soak: typeof Soak;
    soak: Soak;
    faultOf: typeof faultOf;
  }
}

window.Harness = Harness;
window.Soak = Soak;
window.faultOf = faultOf;
