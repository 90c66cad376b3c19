/** Sound on its way out: chunks scheduled one after the other along a line, until it is stopped. */

import type { Line, SoundTable } from "./table";

/** So short a fade is not heard, a cut is. */
const FADE_S = 0.005;
/** Sound cannot be scheduled nearer to now than the context renders at a time, s. */
export const MARGIN_S = 0.02;

export class SoundRun {
  private readonly gain: GainNode;
  private readonly sources = new Map<number, AudioBufferSourceNode>();

  constructor(
    private readonly context: BaseAudioContext,
    output: AudioNode,
    private readonly table: SoundTable,
    readonly line: Line,
  ) {
    this.gain = new GainNode(context, { gain: 0 });
    this.gain.gain.setValueAtTime(0, line.contextTime);
    this.gain.gain.linearRampToValueAtTime(1, line.contextTime + FADE_S);
    this.gain.connect(output);
  }

  /** Schedules those of these chunks that are decoded and not scheduled yet. */
  extend(chunks: readonly number[], get: (chunk: number) => AudioBuffer | undefined): void {
    for (const chunk of chunks) {
      const buffer = get(chunk);
      if (!buffer || this.sources.has(chunk)) continue;
      const piece = this.table.place(chunk, this.line, this.context.currentTime + MARGIN_S);
      if (piece) this.schedule(chunk, buffer, piece.when, piece.offset);
    }
  }

  stop(): void {
    const now = this.context.currentTime;
    const { gain } = this.gain;
    gain.cancelScheduledValues(now);
    gain.setTargetAtTime(0, now, FADE_S / 3);
    for (const source of this.sources.values()) source.stop(now + 4 * FADE_S);
    setTimeout(() => {
      this.gain.disconnect();
    }, 100);
  }

  private schedule(chunk: number, buffer: AudioBuffer, when: number, offset: number): void {
    const source = new AudioBufferSourceNode(this.context, { buffer, playbackRate: this.line.rate });
    source.connect(this.gain);
    source.onended = () => {
      source.disconnect();
      // A buffer that stays referenced stays in memory.
      if (this.sources.get(chunk) === source) this.sources.delete(chunk);
    };
    source.start(when, offset);
    this.sources.set(chunk, source);
  }
}
