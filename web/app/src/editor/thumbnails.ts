/**
 * Small pictures of frames, one request at a time. Browsers open six connections to a host, and the
 * player and the events may take five: the sixth is given up at once when a command needs it.
 */

import { effect } from "@preact/signals";
import { frameAddress } from "../api/client";
import type { Session } from "../state/session";

export class Thumbnails {
  private current: AbortController | null = null;
  private readonly stop: () => void;

  constructor(private readonly session: Session) {
    this.stop = effect(() => {
      if (session.busy.value > 0) this.current?.abort();
    });
  }

  /** Nothing is being asked for, and nothing else is in the way. */
  get isFree(): boolean {
    return this.current === null && this.session.busy.value === 0;
  }

  /**
   * A frame some `height` pixels high, ahead of what was asked for before. Null: a gap is no reason
   * to trouble anyone; undefined: called off, by `signal` or for something more urgent.
   */
  async fetch(frame: number, height: number, signal?: AbortSignal): Promise<ImageBitmap | null | undefined> {
    if (this.session.busy.value > 0) return undefined;
    this.current?.abort();
    const abort = new AbortController();
    this.current = abort;
    const callOff = () => abort.abort();
    signal?.addEventListener("abort", callOff);
    try {
      const address = frameAddress(this.session.id, frame, height);
      const response = await fetch(address, { priority: "low", signal: abort.signal });
      return response.ok ? await createImageBitmap(await response.blob()) : null;
    } catch {
      return abort.signal.aborted ? undefined : null;
    } finally {
      signal?.removeEventListener("abort", callOff);
      if (this.current === abort) this.current = null;
    }
  }

  dispose(): void {
    this.stop();
    this.current?.abort();
  }
}
