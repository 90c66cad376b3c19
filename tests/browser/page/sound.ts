/**
 * The page of the sound test: a harness, and a probe on whatever goes to an audio context's
 * destination. The player knows nothing of it.
 */

import type { Player, SoundState } from "@mattebox/player";
import { watchHiccups } from "./frames";
import { Harness } from "./harness";
import { HICCUPS, RemotePlatform } from "./platform";
import { rest } from "./until";

/** A click in the sound: when it was heard, on `performance.now`, by what the browser tells. */
interface Click {
  readonly heardAt: number;
}

interface Observed {
  readonly pictures: readonly { readonly frame: number; readonly drawnAt: number }[];
  readonly clicks: readonly number[];
  /** When the page or the player's worker got no animation frames: pictures are late then, whatever it does. */
  readonly hiccups: readonly (readonly [number, number])[];
  readonly sound: SoundState;
  /** When each frame begins in the clip, and how long that is, s. */
  readonly times: readonly number[];
  readonly duration: number;
}

class Ear {
  readonly clicks: Click[] = [];
  readonly contexts: AudioContext[] = [];

  private readonly hiccups: [number, number][] = [];
  private watched: Promise<void> | null = null;

  constructor() {
    const note = (start: number, end: number) => {
      this.hiccups.push([start - performance.timeOrigin, end - performance.timeOrigin]);
    };
    watchHiccups(note);
    new BroadcastChannel(HICCUPS).onmessage = ({ data }: MessageEvent<[number, number]>) => {
      note(...data);
    };
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
    // The page has one player, whose worker draws the pictures.
    await (this.watched ??= new RemotePlatform().act("watch"));
    const from = { reading: harness.readings.length, click: this.clicks.length, hiccup: this.hiccups.length };
    const { player } = harness;
    await act(player);
    // The last click is told of only when it was rendered.
    await rest(200);
    return {
      pictures: harness.readings.slice(from.reading).map(({ frame, drawnAt }) => ({ frame, drawnAt })),
      clicks: this.clicks.slice(from.click).map(({ heardAt }) => heardAt),
      hiccups: this.hiccups.slice(from.hiccup),
      sound: player.sound,
      times: Array.from({ length: player.frameCount }, (_, frame) => player.frameTime(frame)),
      duration: player.duration,
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
    await rest(2500);
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
