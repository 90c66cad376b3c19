/**
 * Segments of which everything that has come is decoded, and nothing more has come for a while: the
 * server is busy with others. Until more comes they are not worth a decoder that others could use.
 */

/** How long nothing comes before a segment stands still; one that is being made comes faster. */
const STILL_MS = 500;

interface Decoded {
  /** That had come. */
  readonly bytes: number;
  /** Frame behind the last one that was in them. */
  readonly end: number;
}

export class Standstill {
  private readonly watched = new Map<string, Decoded>();
  private readonly known = new Map<string, Decoded>();

  /** `onStill` hears of each segment that stands still. */
  constructor(private readonly onStill: () => void) {}

  /** Of a segment, `bytes` have come and are decoded; they end before a frame. */
  watch(address: string, bytes: number, end: number): void {
    if (this.watched.get(address)?.bytes === bytes) return;
    const decoded = { bytes, end };
    this.watched.set(address, decoded);
    setTimeout(() => {
      if (this.watched.get(address) !== decoded) return;
      this.known.set(address, decoded);
      this.onStill();
    }, STILL_MS);
  }

  /** Whether to decode a segment, of which `bytes` are here, would not give a frame. */
  holds(address: string, bytes: number, frame: number): boolean {
    const decoded = this.known.get(address);
    return decoded !== undefined && bytes <= decoded.bytes && frame >= decoded.end;
  }

  clear(): void {
    this.watched.clear();
    this.known.clear();
  }
}
