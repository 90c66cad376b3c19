/** The sound's chunks in time, and where they lie on the sound card's clock: pure arithmetic. */

/** `GET /projects/{project}/sound`. Sample 0 of chunk 0 is `start_sample` samples after tick 0. */
export interface SoundInfo {
  readonly sample_rate: number;
  readonly channels: number;
  /** Samples in each chunk but the last. */
  readonly chunk_samples: number;
  readonly chunk_count: number;
  readonly start_sample: number;
  readonly total_samples: number;
}

/** From `contextTime` (seconds of the audio context) on the clip is heard from `seconds` at `rate`. */
export interface Line {
  readonly contextTime: number;
  readonly seconds: number;
  readonly rate: number;
}

/** A part of a chunk: heard from `when` (context), it begins `offset` seconds into the chunk. */
export interface Piece {
  readonly when: number;
  readonly offset: number;
}

export class SoundTable {
  constructor(readonly info: SoundInfo) {}

  /** The chunk heard at a time in the clip; clamped to the first and last. */
  chunkAt(seconds: number): number {
    const { sample_rate: rate, start_sample: start, chunk_samples: length, chunk_count: count } = this.info;
    // Half a sample's grace: a time meant as a chunk's very start must not fall before it.
    const sample = Math.floor(seconds * rate - start + 0.5);
    return Math.min(count - 1, Math.max(0, Math.floor(sample / length)));
  }

  /** The chunks heard between two times, in order. */
  chunksBetween(from: number, to: number): number[] {
    const first = this.chunkAt(from);
    return Array.from({ length: this.chunkAt(to) - first + 1 }, (_, i) => first + i);
  }

  /**
   * A line through samples: both its ends are whole samples, so that chunks that follow each other
   * do so to the sample at normal speed.
   */
  line(contextTime: number, seconds: number, rate: number): Line {
    const samples = this.info.sample_rate;
    const snap = (time: number) => Math.round(time * samples) / samples;
    return { contextTime: snap(contextTime), seconds: snap(seconds), rate };
  }

  /** Where a chunk is heard along a line, not before `earliest` (context); null when it is over. */
  place(chunk: number, line: Line, earliest: number): Piece | null {
    const { info } = this;
    const begin = Math.max(line.contextTime, earliest);
    const first = info.start_sample + chunk * info.chunk_samples;
    const count = Math.min(info.chunk_samples, info.total_samples - chunk * info.chunk_samples);
    // Counted in samples from the line's start: sums of seconds would miss a sample here and there.
    const ahead = (first - Math.round(line.seconds * info.sample_rate)) / line.rate;
    const when = (Math.round(line.contextTime * info.sample_rate) + ahead) / info.sample_rate;
    if (when >= begin) return { when, offset: 0 };
    const offset = (begin - when) * line.rate;
    return offset * info.sample_rate < count ? { when: begin, offset } : null;
  }
}
