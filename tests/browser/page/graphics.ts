/** A graphics context that can be taken away and given back. */

export class Graphics {
  private readonly extension: WEBGL_lose_context;
  private lost: Promise<unknown> = Promise.resolve();

  constructor(private readonly context: WebGL2RenderingContext) {
    const extension = context.getExtension("WEBGL_lose_context");
    if (!extension) throw new Error("This browser cannot lose a graphics context on demand.");
    this.extension = extension;
  }

  /** Resolves when everybody has been told. */
  async lose(): Promise<void> {
    if (!this.context.isContextLost()) {
      this.lost = this.told("webglcontextlost");
      this.extension.loseContext();
    }
    await this.lost;
  }

  /** Gives back what was lost, if anything was. */
  async restore(): Promise<void> {
    await this.lost;
    if (!this.context.isContextLost()) return;
    const restored = this.told("webglcontextrestored");
    this.extension.restoreContext();
    await restored;
  }

  /** Restoring is allowed only once the event has gone through all its listeners. */
  private told(event: string): Promise<unknown> {
    return new Promise((resolve) => {
      this.context.canvas.addEventListener(event, () => setTimeout(resolve), { once: true });
    });
  }
}
