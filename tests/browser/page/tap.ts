/**
 * Goes into the player's worker beside the engine, and lets the page take the graphics away there.
 * Tests send "lose" or "restore" over the channel and get the word back when it is done.
 */

import { Graphics, type GraphicsAct } from "./graphics";

const channel = new BroadcastChannel("graphics");
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its canvas below
const { getContext } = OffscreenCanvas.prototype;

OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...args: Parameters<typeof getContext>) {
  const context = getContext.apply(this, args);
  if (context instanceof WebGL2RenderingContext) {
    const graphics = new Graphics(context);
    channel.onmessage = ({ data }: MessageEvent<GraphicsAct>) => {
      void graphics[data]().then(() => {
        channel.postMessage(data);
      });
    };
  }
  return context;
} as typeof getContext;
