/** Goes into the player's worker beside the engine, and lets the page take away what it is lent there. */

import { AnimationFrames } from "./frames";
import { LocalPlatform, serve } from "./platform";

const frames = new AnimationFrames();
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its canvas below
const { getContext } = OffscreenCanvas.prototype;

OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, ...args: Parameters<typeof getContext>) {
  const context = getContext.apply(this, args);
  if (context instanceof WebGL2RenderingContext) serve(new LocalPlatform(context, frames));
  return context;
} as typeof getContext;
