/** What the browser lends the player, to be taken away and given back where the player runs. */

import { watchHiccups, type AnimationFrames } from "./frames";
import { Graphics } from "./graphics";

/** `watch` takes nothing away: from then on hiccups are told of on their channel. */
export type Act = "lose" | "restore" | "hide" | "show" | "watch";

export const HICCUPS = "hiccups";

/** Does the acts on this thread, on which the player draws with `context`. */
export class LocalPlatform {
  private readonly graphics: Graphics;

  constructor(
    context: WebGL2RenderingContext,
    private readonly frames: AnimationFrames,
  ) {
    this.graphics = new Graphics(context);
  }

  async act(act: Act): Promise<void> {
    if (act === "lose") await this.graphics.lose();
    else if (act === "restore") await this.graphics.restore();
    else if (act === "hide") this.frames.hold();
    else if (act === "show") this.frames.release();
    else {
      const channel = new BroadcastChannel(HICCUPS);
      watchHiccups((start, end) => {
        channel.postMessage([start, end]);
      });
    }
  }
}

const CHANNEL = "platform";

/** Has the acts done in the player's worker, by the tap in it. */
export class RemotePlatform {
  private readonly channel = new BroadcastChannel(CHANNEL);

  async act(act: Act): Promise<void> {
    const done = new Promise((resolve) => {
      this.channel.addEventListener("message", resolve, { once: true });
    });
    this.channel.postMessage(act);
    await done;
  }
}

/** The worker's end: does what the page asks for and says when it is done. */
export function serve(platform: LocalPlatform): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Act>) => {
    void platform.act(data).then(() => {
      channel.postMessage(data);
    });
  };
}
