/** Small pictures along the timeline, fetched one by one when nothing else is wanted. */

import { tileSpans, type TileSpan, type Track } from "../logic/timeline";
import type { Session } from "../state/session";
import { Thumbnails } from "./thumbnails";

/** Pictures kept for other zooms and places: some 60 kB each. */
const KEPT = 240;
/** Narrower pictures, as of upright clips, would be too many and tell too little. */
const NARROWEST = 44;
const LAYOUT_MS = 160;
const WAIT_MS = 120;

export interface Tile extends TileSpan {
  readonly picture: ImageBitmap | null;
}

export class Filmstrip {
  tiles: readonly Tile[] = [];
  /** Called when a picture has come. */
  changed: () => void = () => undefined;
  readonly thumbnails: Thumbnails;
  private readonly pictures = new Map<number, ImageBitmap>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private run = 0;

  constructor(private readonly session: Session) {
    this.thumbnails = new Thumbnails(session);
  }

  /** Divides the track into tiles `height` pixels high and fills them as pictures come. */
  layOut(track: Track, height: number): void {
    clearTimeout(this.timer);
    // Pictures that are still coming are for other tiles.
    const run = (this.run += 1);
    const clip = this.session.project.value?.clip;
    if (!clip || track.width === 0) return;
    const natural = (height * clip.width) / clip.height;
    const spans = tileSpans(track, Math.max(NARROWEST, 0.8 * natural));
    this.place(spans);
    this.timer = setTimeout(() => void this.fill(run, spans, height), LAYOUT_MS);
  }

  /** A picture near `frame`, if any is at hand. */
  near(frame: number): ImageBitmap | null {
    const tile = this.tiles.find(({ start, stop }) => frame >= start && frame < stop);
    return tile?.picture ?? null;
  }

  dispose(): void {
    this.run += 1;
    clearTimeout(this.timer);
    this.thumbnails.dispose();
    for (const picture of this.pictures.values()) picture.close();
    this.pictures.clear();
  }

  private place(spans: readonly TileSpan[]): void {
    this.tiles = spans.map((span) => {
      const picture = this.pictures.get(span.frame) ?? null;
      return { ...span, picture };
    });
  }

  private async fill(run: number, spans: readonly TileSpan[], height: number): Promise<void> {
    for (const { frame } of spans) {
      if (this.pictures.has(frame)) continue;
      let picture: ImageBitmap | null | undefined;
      while (picture === undefined && run === this.run) {
        await this.idle(run);
        if (run === this.run) picture = await this.thumbnails.fetch(frame, 2 * height);
      }
      if (run !== this.run) {
        picture?.close();
        return;
      }
      if (picture) this.keep(frame, picture, spans);
      this.place(spans);
      this.changed();
    }
  }

  private keep(frame: number, picture: ImageBitmap, spans: readonly TileSpan[]): void {
    this.pictures.set(frame, picture);
    const shown = new Set(spans.map((span) => span.frame));
    for (const [old, oldPicture] of this.pictures) {
      if (this.pictures.size <= Math.max(KEPT, shown.size)) break;
      if (shown.has(old)) continue;
      oldPicture.close();
      this.pictures.delete(old);
    }
  }

  /**
   * The first picture and clicks come before the filmstrip; the server has it wait for segments.
   * Returns early when another run has begun.
   */
  private async idle(run: number): Promise<void> {
    while (run === this.run && !this.isFree) {
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }

  private get isFree(): boolean {
    const shown = this.session.playback.value?.shown.value ?? null;
    return shown !== null && this.thumbnails.isFree;
  }
}
