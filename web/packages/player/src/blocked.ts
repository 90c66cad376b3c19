/** Addresses that are left alone for a while, or for good, after they failed. */

export class Blocked {
  private readonly until = new Map<string, number>();

  has(address: string): boolean {
    if (performance.now() >= (this.until.get(address) ?? Infinity)) this.until.delete(address);
    return this.until.has(address);
  }

  /** `forMs` Infinity: for good. */
  add(address: string, forMs: number): void {
    this.until.set(address, performance.now() + forMs);
  }

  /** Whether it was there. */
  delete(address: string): boolean {
    return this.until.delete(address);
  }

  /** Forgets those that are not there for good. */
  forgive(): void {
    for (const [address, until] of this.until) if (until !== Infinity) this.until.delete(address);
  }

  clear(): void {
    this.until.clear();
  }
}
