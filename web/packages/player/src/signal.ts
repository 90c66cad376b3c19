/** Lets loops sleep until something changed. */

export class Signal {
  private wake: (() => void) | null = null;
  private sleeping: Promise<void> | null = null;

  /** Resolves at the next `notify`. */
  wait(): Promise<void> {
    this.sleeping ??= new Promise((resolve) => {
      this.wake = resolve;
    });
    return this.sleeping;
  }

  notify(): void {
    const wake = this.wake;
    this.wake = null;
    this.sleeping = null;
    wake?.();
  }
}
