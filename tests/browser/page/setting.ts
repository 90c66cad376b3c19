/** What a setting may be at the engine: more than one value while a change is on its way there. */
export class Setting<T> {
  private values: readonly T[];

  constructor(value: T) {
    this.values = [value];
  }

  get possible(): readonly T[] {
    return this.values;
  }

  /** The value last asked for. */
  get newest(): T {
    return this.values.at(-1) as T;
  }

  /** Asks for a value by `change`, and knows when that resolves that it is in force, or what is instead. */
  async change(value: T, change: () => Promise<T>): Promise<T> {
    this.values = [...this.values, value];
    const held = await change();
    // A newer one may be on its way already.
    if (this.newest === value) this.values = [held];
    return held;
  }
}
