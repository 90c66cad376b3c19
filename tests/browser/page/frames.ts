/** Animation frames that can be held, as a browser holds those of a hidden page until it is seen. */
export class AnimationFrames {
  private readonly waiting: FrameRequestCallback[] = [];
  private held = false;

  /** Takes this thread's animation frames over. */
  constructor() {
    const ask = globalThis.requestAnimationFrame.bind(globalThis);
    globalThis.requestAnimationFrame = (callback) =>
      ask((time) => {
        if (this.held) this.waiting.push(callback);
        else callback(time);
      });
  }

  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
    for (const callback of this.waiting.splice(0)) requestAnimationFrame(callback);
  }
}

/** Longer without an animation frame means that the machine was busy with something else, ms. */
const HICCUP_MS = 35;

/** Tells of each time without animation frames on this thread, in ms since the epoch. */
export function watchHiccups(tell: (start: number, end: number) => void): void {
  const now = () => performance.timeOrigin + performance.now();
  let last = now();
  const watch = () => {
    const time = now();
    if (time - last > HICCUP_MS) tell(last, time);
    last = time;
    requestAnimationFrame(watch);
  };
  requestAnimationFrame(watch);
}
