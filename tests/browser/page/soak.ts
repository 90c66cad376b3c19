/**
 * Does with the player at random what a restless person on a bad network does, and looks at every
 * picture that comes of it.
 */

import type { DecoderChoice } from "@mattebox/player";
import { faultOf } from "./expectation";
import { Harness, type Reading } from "./harness";

/** Actions after which the network is let alone until the current pair is there. */
const CHECKPOINT = 40;
const PATIENCE_MS = 20_000;
const RATES = [0.5, 1, 2, 4, 8, -1, -2, -4];
const NETWORKS = ["ok", "slow", "broken", "broken", "offline"];
/** So few frames fit that pictures come and go all the time. */
const BUFFER_BYTES = 14 * 320 * 180 * 3.5;

interface Report {
  readonly presented: number;
  readonly paired: number;
  readonly compared: number;
  readonly mismatched: readonly { readonly fault: string; readonly reading: Reading }[];
  readonly errors: readonly string[];
  readonly mostOpenPictures: number;
  readonly mostBytes: number;
}

class Soak {
  private readonly harness: Harness;
  private readonly mismatched: { fault: string; reading: Reading }[] = [];
  private presented = 0;
  private paired = 0;
  private compared = 0;
  private mostOpenPictures = 0;
  private mostBytes = 0;
  private actions = 0;

  constructor(
    decoder: DecoderChoice,
    private state: number,
  ) {
    this.harness = new Harness({ projectId: "p1", decoder, bufferBytes: BUFFER_BYTES, cacheBytes: 0 });
  }

  async start(): Promise<void> {
    await this.harness.player.load(1);
    await this.harness.player.seek(0);
    await this.settle();
  }

  /** Acts so many times, and tells all since the start. */
  async act(count: number): Promise<Report> {
    for (let i = 0; i < count; i++) {
      await this.once();
      this.look();
      this.actions++;
      if (this.actions % CHECKPOINT === 0) await this.settle();
    }
    await this.settle();
    const { presented, paired, compared, mismatched, mostOpenPictures, mostBytes } = this;
    const errors = this.harness.errors.map(({ code, message }) => `${code}: ${message}`);
    return { presented, paired, compared, mismatched, errors, mostOpenPictures, mostBytes };
  }

  destroy(): void {
    this.harness.player.destroy();
  }

  private once(): Promise<unknown> {
    const { player } = this.harness;
    const acts: (() => Promise<unknown>)[] = [
      () => this.play(),
      () => this.play(),
      () => Promise.race([player.seek(this.frame()), this.rest(800)]),
      () => this.scrub(),
      () => this.stepAbout(),
      () => this.swap(),
      () => this.wipe(),
      () => this.loop(),
      () => this.network(),
      () => this.network(),
    ];
    return this.one(acts)();
  }

  private async play(): Promise<void> {
    const { player } = this.harness;
    player.setRate(this.one(RATES));
    player.play();
    await this.rest(100 + this.random() * 500);
    if (this.random() < 0.4) {
      player.setRate(this.one(RATES));
      await this.rest(200);
    }
    if (this.random() < 0.8) player.pause();
  }

  /** As a hand drags: each wish overtakes the last. */
  private async scrub(): Promise<void> {
    let frame = this.frame();
    for (let i = 0; i < 12; i++) {
      frame = Math.min(95, Math.max(0, frame + Math.round((this.random() - 0.5) * 20)));
      void this.harness.player.seek(frame);
      await this.rest(this.random() * 20);
    }
  }

  private async stepAbout(): Promise<void> {
    for (let i = 0; i < 5; i++) {
      const step = this.one([1, 1, -1, 10, -10]);
      await Promise.race([this.harness.player.step(step), this.rest(300)]);
    }
  }

  private async swap(): Promise<void> {
    // A manifest that the network swallowed leaves the revision as it was.
    await this.harness.player.setRevision(this.one([1, 2])).catch(() => undefined);
  }

  private wipe(): Promise<unknown> {
    const against = this.one([null, "original", 1, 2] as const);
    const position = Math.floor(this.random() * 17) / 16;
    return this.harness.setWipe(against === null ? null : { position, against });
  }

  private async loop(): Promise<void> {
    const start = this.frame();
    this.harness.player.setLoop(this.random() < 0.5 ? null : [start, Math.min(96, start + 20)]);
    await this.play();
  }

  private async network(mode = this.one(NETWORKS)): Promise<void> {
    await fetch(`/network?mode=${mode}`, { method: "POST" });
  }

  /** With a network again, the player must come to rest on a complete picture by itself. */
  private async settle(): Promise<void> {
    const { player, readings } = this.harness;
    await this.network("ok");
    player.pause();
    const frame = this.frame();
    void player.seek(frame);
    const begun = performance.now();
    const complete = () => {
      const last = readings.at(-1);
      const sides = [last?.matte, last?.against?.matte ?? "paired"];
      return last?.frame === frame && last.current === player.manifest?.revision && sides.every((matte) => matte === "paired");
    };
    while (!complete()) {
      if (performance.now() - begun > PATIENCE_MS) throw new Error(`frame ${frame} did not come to rest complete`);
      await this.rest(10);
    }
    this.look();
    const { openPictures, bufferedBytes } = await player.stats();
    this.mostOpenPictures = Math.max(this.mostOpenPictures, openPictures);
    this.mostBytes = Math.max(this.mostBytes, bufferedBytes);
    if (this.random() < 0.5) await this.harness.setView(this.one([{ kind: "overlay", opacity: 0.5 }, CUTOUT] as const));
  }

  /** Checks what was presented since the last look, but for the last one, which may be waited for. */
  private look(): void {
    const { readings } = this.harness;
    for (const reading of readings.splice(0, readings.length - 1)) {
      this.presented++;
      if (reading.matte === "paired") this.paired++;
      if (reading.against?.matte === "paired") this.compared++;
      const fault = faultOf(reading);
      if (fault !== null) this.mismatched.push({ fault, reading });
    }
  }

  private frame(): number {
    return Math.floor(this.random() * 96);
  }

  private one<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)] as T;
  }

  private rest(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** 0..1, the same for the same seed (Lehmer's generator). */
  private random(): number {
    this.state = (this.state * 48271) % 2147483647;
    return this.state / 2147483647;
  }
}

const CUTOUT = { kind: "cutout", background: { kind: "color", color: "#00ff00" } } as const;

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
