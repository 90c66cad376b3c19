/** The pointer and the wheel on the timeline. */

import { panTrack, xToFrame } from "../logic/timeline";
import type { TimelineView } from "./timeline-view";

/** A seek that takes longer is overtaken by the next one. */
const PATIENCE_MS = 150;
const WHEEL_ZOOM = 0.0022;
/** Part of the way beyond the edge by which the track moves along. */
const EDGE_PACE = 0.25;

/**
 * Scrubbing: idle or dragging. One seek is on its way at a time, and the newest wish follows it, so
 * that pictures pass under a quick hand instead of being asked for in vain.
 */
export class Scrubbing {
  private dragging = false;
  private seeking = false;
  private wanted: number | null = null;

  constructor(private readonly view: TimelineView) {}

  begin(x: number): void {
    const playback = this.view.session.playback.value;
    // Before the first picture there is nothing to seek in.
    if (!playback?.shown.value) return;
    if (playback.playing.value) playback.pause();
    this.dragging = true;
    this.move(x);
  }

  move(x: number): void {
    const { view } = this;
    const { width } = view.track.value;
    if (this.dragging && (x < 0 || x > width)) {
      const beyond = x < 0 ? x : x - width;
      view.show(panTrack(view.track.value, beyond * EDGE_PACE));
    }
    const frame = xToFrame(view.track.value, Math.min(width - 1, Math.max(0, x)));
    view.hovered.value = frame;
    if (!this.dragging || frame === view.session.scrub.value) return;
    view.session.scrub.value = frame;
    this.wanted = frame;
    if (!this.seeking) void this.seek();
  }

  end(): void {
    this.dragging = false;
    if (!this.seeking) this.view.session.scrub.value = null;
  }

  private async seek(): Promise<void> {
    this.seeking = true;
    while (this.wanted !== null) {
      const frame = this.wanted;
      this.wanted = null;
      // A seek that fails is overtaken, too; what is wrong is told elsewhere.
      const arriving = this.view.session.playback.value?.seek(frame).catch(() => undefined);
      await Promise.race([arriving, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    }
    this.seeking = false;
    if (!this.dragging) this.view.session.scrub.value = null;
  }
}

/** Wheel: along the clip where it is zoomed, or through the lanes; with Ctrl or a pinch: zoom. */
export function followWheel(view: TimelineView, element: HTMLElement): () => void {
  const turn = (event: WheelEvent) => {
    event.preventDefault();
    const box = element.getBoundingClientRect();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    const [dx, dy] = [event.deltaX * lines, event.deltaY * lines];
    if (event.ctrlKey || event.metaKey) {
      view.zoom(Math.exp(-dy * WHEEL_ZOOM), event.clientX - box.left);
      return;
    }
    const overLanes = event.clientY - box.top > view.lanesTop.value;
    const lanesScroll = view.lanesHeight.value > view.lanesShown.value;
    if (overLanes && lanesScroll && !event.shiftKey && Math.abs(dy) > Math.abs(dx)) {
      view.scrollLanes(dy);
    } else {
      view.pan(Math.abs(dx) > Math.abs(dy) ? dx : dy);
    }
  };
  element.addEventListener("wheel", turn, { passive: false });
  return () => element.removeEventListener("wheel", turn);
}
