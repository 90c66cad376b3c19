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
