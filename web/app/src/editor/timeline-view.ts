/** What the parts of the timeline share: its sizes, what of the clip is in sight, what is pointed at. */

import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import {
  keepFrameInSight,
  layOutLanes,
  panTrack,
  wholeClip,
  zoomTrack,
  type Lane,
  type TimeWindow,
  type Track,
} from "../logic/timeline";
import type { Session } from "../state/session";

export interface Sizes {
  readonly ruler: number;
  readonly strip: number;
  readonly lane: number;
  readonly selectedLane: number;
  /** Lanes in sight beside the selected one; the others scroll. */
  readonly besides: number;
}

const LOW: Sizes = { ruler: 24, strip: 30, lane: 24, selectedLane: 34, besides: 1 };
const LAPTOP: Sizes = { ruler: 26, strip: 46, lane: 24, selectedLane: 44, besides: 3 };
const LARGE: Sizes = { ruler: 28, strip: 68, lane: 28, selectedLane: 54, besides: 3 };

/** How wide a keyframe is for a pointer, in CSS pixels, and for a finger. */
const TARGET = 24;
const FINGER_TARGET = 40;

export interface KeyframeAt {
  readonly object: string;
  readonly frame: number;
}

export class TimelineView {
  readonly width = signal(0);
  readonly laneScroll = signal(0);
  /** The frame under the pointer, where the pointer is over the timeline. */
  readonly hovered = signal<number | null>(null);
  readonly hoveredKeyframe = signal<KeyframeAt | null>(null);

  readonly target = matchMedia("(pointer: coarse)").matches ? FINGER_TARGET : TARGET;
  readonly sizes = signal<Sizes>(LAPTOP);
  readonly track: ReadonlySignal<Track> = computed(() => {
    const frameCount = this.session.project.value?.clip.frame_count ?? 1;
    const window = this.session.timeWindow.value ?? wholeClip(frameCount);
    return { width: this.width.value, frameCount, ...window };
  });
  readonly lanes: ReadonlySignal<readonly Lane[]> = computed(() => {
    const objects = (this.session.project.value?.objects ?? []).map((object) => object.id);
    const { lane, selectedLane } = this.sizes.value;
    return layOutLanes(objects, this.session.object.value?.id ?? null, lane, selectedLane);
  });
  /** Height of all lanes, and of the part of them that is in sight. */
  readonly lanesHeight: ReadonlySignal<number> = computed(() =>
    this.lanes.value.reduce((sum, lane) => sum + lane.height, 0),
  );
  readonly lanesShown: ReadonlySignal<number> = computed(() => {
    const { lane, selectedLane, besides } = this.sizes.value;
    return Math.min(Math.max(this.lanesHeight.value, selectedLane), selectedLane + besides * lane);
  });
  readonly height: ReadonlySignal<number> = computed(
    () => this.lanesTop.value + this.lanesShown.value,
  );
  readonly lanesTop: ReadonlySignal<number> = computed(
    () => this.sizes.value.ruler + this.sizes.value.strip + 2,
  );
  /** Where the playhead stands: under the hand that moves it, else at the picture that is shown. */
  readonly playhead: ReadonlySignal<number> = computed(
    () => this.session.scrub.value ?? this.session.frame.value,
  );

  constructor(readonly session: Session) {}

  /** Measures `element` and follows the playhead until the returned function is called. */
  follow(element: HTMLElement): () => void {
    const low = matchMedia("(max-height: 680px)");
    const large = matchMedia("(min-width: 1920px)");
    const readSizes = () => {
      this.sizes.value = low.matches ? LOW : large.matches ? LARGE : LAPTOP;
    };
    const observer = new ResizeObserver(() => {
      this.width.value = element.clientWidth;
    });
    observer.observe(element);
    for (const query of [low, large]) query.addEventListener("change", readSizes);
    readSizes();
    this.width.value = element.clientWidth;
    const stopFollowing = effect(() => {
      const frame = this.session.frame.value;
      const window = this.session.timeWindow.peek();
      const count = this.session.project.peek()?.clip.frame_count ?? 1;
      if (window && this.session.scrub.peek() === null) {
        this.session.timeWindow.value = keepFrameInSight(window, frame, count);
      }
    });
    const stopForgetting = this.session.timeWindow.subscribe(() => {
      this.hovered.value = null;
    });
    // Messages stand clear of the timeline, however many lanes it has.
    const stopMeasuring = effect(() => {
      document.documentElement.style.setProperty("--lanes", `${this.height.value}px`);
    });
    return () => {
      stopMeasuring();
      stopForgetting();
      observer.disconnect();
      for (const query of [low, large]) query.removeEventListener("change", readSizes);
      stopFollowing();
    };
  }

  /** Zooms about `x`, or about the playhead. */
  zoom(factor: number, x?: number): void {
    const track = this.track.value;
    const playhead = ((this.playhead.value + 0.5 - track.first) / track.shown) * track.width;
    const about = playhead >= 0 && playhead <= track.width ? playhead : track.width / 2;
    this.show(zoomTrack(track, factor, x ?? about));
  }

  pan(pixels: number): void {
    this.show(panTrack(this.track.value, pixels));
  }

  show(window: TimeWindow): void {
    const { frameCount } = this.track.value;
    this.session.timeWindow.value = window.shown < frameCount ? window : null;
  }

  scrollLanes(pixels: number): void {
    const most = Math.max(0, this.lanesHeight.value - this.lanesShown.value);
    this.laneScroll.value = Math.min(most, Math.max(0, this.laneScroll.value + pixels));
  }
}
