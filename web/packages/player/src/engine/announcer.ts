/** Tells the page what happened, once each: frames, states, pending marks, buffers. */

import type { Counters } from "../counters";
import type { FrameTable } from "../frame-table";
import type { Motion } from "../motion";
import type { BufferEvent, ErrorCode, FrameEvent, PlayState } from "../types";
import type { EngineSink } from "./api";
import type { Presentation } from "./presenter";

const BUFFER_EVENT_MS = 250;

export class Announcer {
  private state = "";
  private pending = "";
  private generation: number | null = null;
  private bufferTimer: ReturnType<typeof setTimeout> | null = null;
  private bufferTold = -Infinity;

  constructor(
    private readonly sink: EngineSink,
    private readonly counters: Counters,
  ) {}

  /** A picture was drawn; `sinceMs` is the time since it was sought, null while playing. */
  frame(
    shown: Presentation,
    table: FrameTable,
    drawn: { readonly at: number; readonly pixels: Uint8Array | undefined },
    sinceMs: number | null,
  ): FrameEvent {
    const { frame, matte, layers, against } = shown;
    const { counters } = this;
    counters.presented++;
    if (matte === "pending" || against?.matte === "pending") counters.presentedPending++;
    if (sinceMs !== null) {
      counters.seekToPlateMs ??= sinceMs;
      if (matte === "paired") counters.seekToPairMs ??= sinceMs;
    }
    const event: FrameEvent = {
      frame,
      drawnAt: drawn.at,
      time: table.tickOf(frame) / table.timescale,
      revision: shown.manifest.revision,
      matte,
      live: layers.filter((layer) => layer.live).map((layer) => layer.id),
      against: against && { revision: against.revision, matte: against.matte },
      ...(drawn.pixels ? { pixels: drawn.pixels } : {}),
    };
    this.sink("frame", event);
    this.tellPending(frame, matte === "pending" || against?.matte === "pending");
    return event;
  }

  /** A seek begins: its times are measured anew. */
  sought(): void {
    this.counters.seekToPlateMs = null;
    this.counters.seekToPairMs = null;
  }

  playState(state: PlayState, frame: number, rate: number): void {
    const key = `${state} ${rate}`;
    if (key === this.state) return;
    this.state = key;
    this.sink("state", { state, frame, rate });
  }

  /** Tells how playback moves each time that changes; null: it stands. */
  motion(motion: Motion | null): void {
    if ((motion?.generation ?? null) === this.generation) return;
    this.generation = motion?.generation ?? null;
    this.sink("motion", motion);
  }

  /**
   * Soon, yet at most a few times a second, the last change included; `ranges` is asked when it is told.
   */
  buffer(ranges: () => BufferEvent): void {
    if (this.bufferTimer !== null) return;
    const left = this.bufferTold + BUFFER_EVENT_MS - performance.now();
    this.bufferTimer = setTimeout(() => {
      this.bufferTimer = null;
      this.bufferTold = performance.now();
      this.sink("buffer", ranges());
    }, Math.max(0, left));
  }

  /** Tells nothing more. */
  close(): void {
    if (this.bufferTimer !== null) clearTimeout(this.bufferTimer);
  }

  error(code: ErrorCode, message: string, fatal = false): void {
    this.sink("error", { code, message, fatal });
  }

  private tellPending(frame: number, pending: boolean): void {
    const key = `${frame} ${String(pending)}`;
    if (key !== this.pending) this.sink("pending", { frame, pending });
    this.pending = key;
  }
}
