/**
 * The page of the sound test: a harness, and a probe on whatever goes to an audio context's
 * destination. The player knows nothing of it.
 */

import type { Player, SoundState } from "@mattebox/player";
import { Harness } from "./harness";

/** A click in the sound: when it was heard, on `performance.now`, by what the browser tells. */
interface Click {
  readonly heardAt: number;
}

/** Longer without an animation frame means that the machine was busy with something else, ms. */
const HICCUP_MS = 35;

interface Observed {
  readonly pictures: readonly { readonly frame: number; readonly drawnAt: number }[];
  readonly clicks: readonly number[];
  /** When the page itself got no animation frames: pictures are late then, whatever the player does. */
  readonly hiccups: readonly (readonly [number, number])[];
  readonly sound: SoundState;
}

class Ear {
  readonly clicks: Click[] = [];
  readonly contexts: AudioContext[] = [];

  private readonly hiccups: [number, number][] = [];

  constructor() {
    let last = performance.now();
    const watch = () => {
      const now = performance.now();
      if (now - last > HICCUP_MS) this.hiccups.push([last, now]);
      last = now;
      requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
    const listen = (context: BaseAudioContext, node: GainNode) => {
      if (context instanceof AudioContext) void this.listen(context, node);
    };
    // The player's way out is the gain of its volume: the first one that it makes.
    window.GainNode = class extends GainNode {
      constructor(context: BaseAudioContext, options?: GainOptions) {
        super(context, options);
        listen(context, this);
      }
    };
  }

  /** What was drawn and heard while `act` ran. */
  async observe(harness: Harness, act: (player: Player) => Promise<void>): Promise<Observed> {
    const from = { reading: harness.readings.length, click: this.clicks.length, hiccup: this.hiccups.length };
    await act(harness.player);
    // The last click is told of only when it was rendered.
    await new Promise((resolve) => setTimeout(resolve, 200));
    return {
      pictures: harness.readings.slice(from.reading).map(({ frame, drawnAt }) => ({ frame, drawnAt })),
      clicks: this.clicks.slice(from.click).map(({ heardAt }) => heardAt),
      hiccups: this.hiccups.slice(from.hiccup),
      sound: harness.player.sound,
    };
  }

  private async listen(context: AudioContext, node: GainNode): Promise<void> {
    if (this.contexts.includes(context)) return;
    this.contexts.push(context);
    await context.audioWorklet.addModule(new URL("./click-probe.js", import.meta.url));
    const probe = new AudioWorkletNode(context, "click-probe");
    probe.port.onmessage = ({ data: time }: MessageEvent<number>) => {
      const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
      this.clicks.push({ heardAt: performanceTime + (time - contextTime) * 1000 });
    };
    node.connect(probe).connect(context.destination);
  }
}

/**
 * Plays for a while without anybody's gesture, as a page that opens on its own: a script that the
 * test runs in the page would count as one.
 */
async function playUnasked(projectId: string): Promise<Observed> {
  const harness = new Harness({ sound: true, projectId });
  window.harness = harness;
  harness.player.setReadback(null);
  await harness.player.load();
  await harness.player.seek(0);
  harness.player.setLoop([0, harness.player.frameCount]);
  return window.ear.observe(harness, async (player) => {
    player.play();
    await new Promise((resolve) => setTimeout(resolve, 2500));
  });
}

declare global {
  interface Window {
    ear: Ear;
    unasked: Observed;
  }
}

window.Harness = Harness;
window.ear = new Ear();

const project = new URLSearchParams(location.search).get("play");
if (project !== null) {
  void playUnasked(project).then((observed) => {
    window.unasked = observed;
    console.info("played unasked");
  });
}
