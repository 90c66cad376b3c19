/** Small pictures along the timeline, fetched one by one when nothing else is wanted. */

import { frameAddress } from "../api/client";
import { tileFrames } from "../logic/timeline";
import type { Session } from "../state/session";
import { STRIP_HEIGHT, type Tile } from "./timeline-paint";

const MOST = 16;
const LAYOUT_MS = 300;
const WAIT_MS = 120;

export class Filmstrip {
  tiles: Tile[] = [];
  private readonly pictures = new Map<number, ImageBitmap>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private run = 0;

  constructor(
    private readonly session: Session,
    private readonly changed: () => void,
  ) {}

  /** Divides `width` pixels into tiles and fills them as pictures come. */
  layOut(width: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.fill(width), LAYOUT_MS);
  }

  dispose(): void {
    this.run += 1;
    clearTimeout(this.timer);
    for (const picture of this.pictures.values()) picture.close();
    this.pictures.clear();
  }

  private async fill(width: number): Promise<void> {
    const clip = this.session.project.value?.clip;
    if (!clip || width === 0) return;
    const run = (this.run += 1);
    const natural = (STRIP_HEIGHT * clip.width) / clip.height;
    const frames = tileFrames(clip.frame_count, Math.min(MOST, Math.ceil(width / natural)));
    const each = width / frames.length;
    const tilesOf = () =>
      frames.map((frame, index): Tile => {
        return { x: index * each, width: each, picture: this.pictures.get(frame) ?? null };
      });
    this.tiles = tilesOf();
    for (const frame of frames) {
      if (this.pictures.has(frame)) continue;
      await this.idle();
      if (run !== this.run) return;
      const picture = await fetchPicture(this.session.id, frame, each / natural);
      if (run !== this.run) return;
      if (picture) this.pictures.set(frame, picture);
      this.tiles = tilesOf();
      this.changed();
    }
  }

  /** The first picture, clicks and Apply come before the filmstrip. */
  private async idle(): Promise<void> {
    const { session } = this;
    const occupied = () =>
      !session.playback.value?.shown.value || session.busy.value > 0 || session.working.value;
    do {
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    } while (occupied());
  }
}

/** The middle of the frame, `stretch` times as wide as high as the picture is. */
async function fetchPicture(
  project: string,
  frame: number,
  stretch: number,
): Promise<ImageBitmap | null> {
  try {
    const response = await fetch(frameAddress(project, frame), { priority: "low" });
    if (!response.ok) return null;
    const whole = await createImageBitmap(await response.blob());
    const height = stretch > 1 ? whole.height / stretch : whole.height;
    const width = stretch > 1 ? whole.width : whole.width * stretch;
    const [x, y] = [(whole.width - width) / 2, (whole.height - height) / 2];
    const small = { resizeHeight: STRIP_HEIGHT * 2, resizeQuality: "medium" } as const;
    const picture = await createImageBitmap(whole, x, y, width, height, small);
    whole.close();
    return picture;
  } catch {
    // A filmstrip with a gap is no reason to trouble anyone.
    return null;
  }
}
