/**
 * Keeps the player's live masks in step with the project, and times how soon they show. What the
 * user paints, and what a click is known to give, is held over the stored mask until the server has
 * answered and its mask is here.
 */

import { effect } from "@preact/signals";
import { fetchMask, maskOfPng, type FrameEvent } from "@mattebox/player";
import { describe } from "../api/problem";
import { wantedMasks, type LiveMask } from "../logic/livemasks";
import { coverage, type Mask } from "../logic/paint";
import { endMeasure, isMeasuring } from "./latency";
import { notify } from "./notices";
import type { Playback } from "./playback";
import type { Session } from "./session";

/** Masks kept as pixels, the latest used last. */
const KEPT = 12;

/** A frame of an object. */
export interface Place {
  readonly object: string;
  readonly frame: number;
}

const keyOf = ({ object, frame }: Place) => `${object} ${frame}`;

interface Held extends Place {
  mask: Mask | null;
  /** Commands that are not answered yet; the mask stays until the last one is. */
  holders: number;
}

export class LiveMasks {
  private readonly drawn = new Map<string, LiveMask>();
  private readonly held = new Map<string, Held>();
  private readonly pixels = new Map<string, Promise<Mask>>();
  /** Those of them that are read. */
  private readonly known = new WeakMap<Promise<Mask>, Mask>();
  /** A mask of the frame in sight is handed over, and the picture was this: another one has it. */
  private awaited: { readonly picture: FrameEvent | null } | null = null;

  constructor(
    private readonly session: Session,
    private readonly playback: Playback,
  ) {}

  /** Follows the session until the returned function is called. */
  follow(): () => void {
    let revision = this.playback.manifest.value?.revision;
    const stopDrawing = effect(() => {
      const current = this.playback.manifest.value?.revision;
      // The player has dropped the masks of the revision before.
      if (current !== revision) this.forgotten();
      revision = current;
      this.sync();
    });
    const stopTiming = effect(() => this.time());
    return () => {
      stopDrawing();
      stopTiming();
    };
  }

  /** What an object shows on a frame, as pixels of one's own. */
  async shown(place: Place): Promise<Mask> {
    const held = this.held.get(keyOf(place))?.mask;
    if (held) return copyOf(held);
    const object = this.session.project.value?.objects.find(({ id }) => id === place.object);
    const stored = object?.keyframes.find(({ frame }) => frame === place.frame);
    if (stored) return copyOf(await this.read(stored.mask));
    const matte = await this.playback.matteOf(place.frame, place.object);
    const { width = 0, height = 0 } = this.session.project.value?.clip ?? {};
    return matte ? copyOf(matte) : { width, height, data: new Uint8Array(width * height) };
  }

  /** Takes masks that came with an answer, by their addresses as base64 PNGs; settles once read. */
  async take(masks: Readonly<Record<string, string>>): Promise<void> {
    const taken = Object.entries(masks).map(([address, png]) => {
      const mask = maskOfPng(Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0)));
      this.keep(address, mask);
      return mask;
    });
    // What cannot be read is asked for again, and told of then.
    await Promise.allSettled(taken);
  }

  /** Keeps what stands at a place from being replaced until the returned function is called. */
  hold(place: Place): () => void {
    const key = keyOf(place);
    const held = this.held.get(key) ?? { ...place, mask: null, holders: 0 };
    held.holders += 1;
    this.held.set(key, held);
    this.drawn.delete(key);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      held.holders -= 1;
      // After what the answer changes, which is told in the same breath.
      queueMicrotask(() => this.sync());
    };
  }

  /** Shows a mask at a place that is held. It is no answer yet: the measure of a click goes on. */
  show(place: Place, mask: Mask): void {
    const held = this.held.get(keyOf(place));
    if (!held) return;
    held.mask = mask;
    // A copy: the player tells masks apart by their array, and painting goes on in this one.
    this.playback.setLiveMask(place.frame, place.object, copyOf(mask));
  }

  /** Draws anew what is held; the rest follows from what is wanted. */
  private forgotten(): void {
    this.drawn.clear();
    for (const { object, frame, mask, holders } of this.held.values()) {
      if (mask && holders > 0) this.playback.setLiveMask(frame, object, copyOf(mask));
    }
  }

  private sync(): void {
    const { session, playback, drawn, held } = this;
    const project = session.project.value;
    const frame = playback.frame.value;
    const buffered = playback.buffered.value;
    const revision = playback.manifest.value?.revision;
    if (!project || revision === undefined) return;
    const masks = wantedMasks(project, frame, { revision, buffered });
    const wanted = new Map(masks.map((mask) => [keyOf(mask), mask]));
    for (const [key, mask] of drawn) {
      if (!wanted.has(key)) this.remove(mask);
    }
    for (const [key, place] of held) {
      if (place.holders > 0 || wanted.has(key)) continue;
      held.delete(key);
      this.remove(place);
    }
    for (const [key, mask] of wanted) {
      if ((held.get(key)?.holders ?? 0) > 0) continue;
      if (drawn.get(key)?.address === mask.address) {
        if (mask.frame === frame) queueMicrotask(() => void this.confirm(mask));
        continue;
      }
      drawn.set(key, mask);
      void this.draw(mask);
    }
  }

  private async draw(mask: LiveMask): Promise<void> {
    const key = keyOf(mask);
    try {
      const reading = this.read(mask.address);
      const pixels = this.known.get(reading) ?? (await reading);
      if (this.drawn.get(key) !== mask) return;
      this.held.delete(key);
      const { shown, frame } = this.playback;
      if (mask.frame === frame.peek()) this.awaited = { picture: shown.peek() };
      this.playback.setLiveMask(mask.frame, mask.object, pixels);
      // The edit that it answers is over once the effect that draws it is.
      queueMicrotask(() => {
        if (this.session.busy.value === 0) this.tell(mask, pixels);
      });
    } catch (error) {
      if (this.drawn.get(key) === mask) this.drawn.delete(key);
      notify(describe(error), "error");
    }
  }

  /** An edit may leave the mask as it was: then it is on the screen already. */
  private async confirm(mask: LiveMask): Promise<void> {
    const { session } = this;
    if (session.busy.value > 0 || session.toolbox.deed === null) return;
    // Where one was just handed over, the picture that has it ends the measure.
    if (!this.awaited) endMeasure("click");
    this.tell(mask, await this.read(mask.address));
  }

  private remove(place: Place): void {
    this.drawn.delete(keyOf(place));
    this.playback.setLiveMask(place.frame, place.object, null);
  }

  private read(address: string): Promise<Mask> {
    const mask = this.pixels.get(address) ?? fetchMask(address);
    this.keep(address, mask);
    return mask;
  }

  private keep(address: string, mask: Promise<Mask>): void {
    const { pixels } = this;
    pixels.delete(address);
    pixels.set(address, mask);
    // What could not be read is asked for again.
    mask.then(
      (read) => this.known.set(mask, read),
      () => pixels.delete(address),
    );
    for (const oldest of [...pixels.keys()].slice(0, -KEPT)) pixels.delete(oldest);
  }

  /** Says what the user's last edit came to. */
  private tell(mask: LiveMask, pixels: Mask): void {
    const { toolbox } = this.session;
    const deed = toolbox.deed;
    if (deed === null || mask.frame !== this.playback.frame.value) return;
    toolbox.deed = null;
    const percent = Math.round(coverage(pixels) * 100);
    toolbox.say(`${deed}; mask covers ${percent} % of the frame`);
  }

  private time(): void {
    const picture = this.playback.shown.value;
    const project = this.session.project.value;
    if (!picture || !project) return;
    if (this.awaited && this.awaited.picture !== picture) {
      this.awaited = null;
      if (isMeasuring("click") && picture.live.length > 0) endMeasure("click");
    }
    const applied = picture.revision === project.revision && !this.session.canApply.value;
    if (applied && picture.matte === "paired" && picture.live.length === 0) endMeasure("apply");
  }
}

const copyOf = ({ width, height, data }: Mask): Mask => ({ width, height, data: data.slice() });
