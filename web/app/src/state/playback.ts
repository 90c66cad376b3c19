/** The player as state: which picture shows, whether it plays, what went wrong. */

import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import {
  createPlayer,
  type BufferEvent,
  type DecoderChoice,
  type ErrorEvent,
  type FrameEvent,
  type Manifest,
  type ObjectStyle,
  type Player,
  type View,
} from "@mattebox/player";
import { stillBuffered } from "../logic/livemasks";
import { clampFrame, playFrom } from "../logic/timeline";
import type { Size, Viewport } from "../logic/viewport";

const FASTEST = 8;

export class Playback {
  readonly frame = signal(0);
  readonly matte = signal<FrameEvent["matte"]>("none");
  readonly playing = signal(false);
  readonly buffering = signal(false);
  readonly rate = signal(1);
  readonly manifest = signal<Manifest | null>(null);
  readonly trouble = signal<ErrorEvent | null>(null);
  /** Frame ranges of each object's matte that are decoded and can be drawn at once. */
  readonly buffered = signal<BufferEvent["mattes"]>({});
  /** The clip has a sound track that can be played. */
  readonly hasSound = signal(false);
  readonly muted = signal(false);
  /** 0..1 */
  readonly volume = signal(1);
  /** The graphics context is gone for the moment. */
  readonly lost = signal(false);
  /** The last drawn picture; a new object for each. */
  readonly shown = signal<FrameEvent | null>(null);
  readonly frameCount: ReadonlySignal<number> = computed(
    () => this.manifest.value?.grid.frame_count ?? 0,
  );

  private readonly player: Player;
  /** It was told to pause and has not said that it has. */
  private stopping = false;
  /** How many frames are sought and not in sight yet. */
  private sought = 0;
  private wipe: number | null = null;
  private loop: readonly [number, number] | null = null;
  private compare: { readonly revision: number; readonly position: number } | null = null;

  constructor(canvas: HTMLCanvasElement, project: string, decoder: DecoderChoice, sound = false) {
    this.player = createPlayer({ canvas, projectId: project, decoder, sound });
    this.player.on("frame", (event) => {
      this.frame.value = event.frame;
      this.matte.value = event.matte;
      this.shown.value = event;
      this.lost.value = false;
    });
    this.player.on("state", ({ state, rate }) => {
      this.playing.value = state === "playing" || state === "buffering" || state === "hidden";
      if (!this.playing.value) this.stopping = false;
      this.buffering.value = state === "buffering";
      this.rate.value = rate;
    });
    this.player.on("revision", ({ manifest }) => {
      const before = this.manifest.value;
      batch(() => {
        if (before) this.buffered.value = stillBuffered(this.buffered.value, before, manifest);
        this.manifest.value = manifest;
      });
    });
    this.player.on("buffer", ({ mattes }) => {
      this.buffered.value = mattes;
    });
    this.player.on("sound", ({ sound, muted, volume }) => {
      this.hasSound.value = sound !== "none";
      this.muted.value = muted;
      this.volume.value = volume;
    });
    this.player.on("error", (event) => {
      if (event.code === "context-lost") this.lost.value = true;
      this.trouble.value = event;
    });
  }

  /** Without a revision the newest is shown. */
  async open(frame: number, revision?: number): Promise<void> {
    this.manifest.value = await this.player.load(revision);
    if (frame > 0) await this.seek(frame);
  }

  /** Shows another revision, or the newest anew; unchanged segments stay. */
  async showRevision(revision?: number): Promise<void> {
    await this.player.setRevision(revision);
  }

  markReady(object: string | null, segment: number, address: string): void {
    this.player.markReady(object, segment, address);
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play(1);
  }

  pause(): void {
    this.stopping ||= this.playing.value;
    this.playing.value = false;
    this.player.pause();
    this.player.setRate(1);
  }

  /**
   * Stops and stays on the picture that is in sight, whatever else was sought; returns its frame.
   * The player is a few pictures ahead of what this page knows of.
   */
  pin(): number {
    const frame = this.frame.value;
    const moves = this.playing.value || this.stopping || this.sought > 0;
    if (this.playing.value) this.pause();
    if (moves) void this.seek(frame);
    return frame;
  }

  /** J and L: plays that way; each further press doubles the speed. */
  shuttle(direction: 1 | -1): void {
    const rate = this.playing.value ? this.rate.value : 0;
    const faster = Math.min(FASTEST, Math.abs(rate) * 2);
    this.play(Math.sign(rate) === direction ? direction * faster : direction);
  }

  /** From the end it begins again at the start (of the loop). */
  play(rate: number): void {
    // At once, so that a second press before the player has answered counts.
    this.playing.value = true;
    this.rate.value = rate;
    this.player.setRate(rate);
    const from = playFrom(this.frame.value, this.loop, rate > 0 ? 1 : -1);
    if (from !== this.frame.value) void this.seek(from);
    this.player.play();
  }

  async seek(frame: number): Promise<void> {
    await this.arrival(this.player.seek(clampFrame(frame, this.frameCount.value)));
  }

  step(frames: number): void {
    void this.arrival(this.player.step(frames));
  }

  setView(view: View): void {
    this.player.setView(view);
  }

  /** Plays these frames (half-open) again and again; null ends that. */
  setLoop(frames: readonly [number, number] | null): void {
    this.loop = frames;
    this.player.setLoop(frames);
  }

  setMuted(muted: boolean): void {
    this.player.setMuted(muted);
  }

  /** 0..1 */
  setVolume(volume: number): void {
    this.player.setVolume(volume);
  }

  /** Shows the original left of a share (0..1) of the picture's width; null: no wipe. */
  setWipe(position: number | null): void {
    this.wipe = position;
    // What is compared with, if anything, was asked for by setCompare, which tells of it.
    this.showWipe().catch(() => undefined);
  }

  /**
   * Shows another revision left of a share of the picture's width, instead of the original; rejects
   * when that revision cannot be read.
   */
  async setCompare(revision: number | null, position: number): Promise<void> {
    this.compare = revision === null ? null : { revision, position };
    await this.showWipe();
  }

  setObjects(objects: readonly ObjectStyle[]): void {
    this.player.setObjects(objects);
  }

  setLiveMask(...args: Parameters<Player["setLiveMask"]>): void {
    this.player.setLiveMask(...args);
  }

  /** What an object shows on a frame, as far as it is decoded. */
  matteOf(frame: number, object: string): ReturnType<Player["readMatte"]> {
    return this.player.readMatte(frame, object);
  }

  /** Shows the picture where `view` puts it within a canvas of `stage` CSS pixels. */
  setViewport(view: Viewport, stage: Size, picture: Size): void {
    const fitted = Math.min(stage.width / picture.width, stage.height / picture.height);
    this.player.setViewTransform({
      zoom: view.scale / fitted,
      centerX: (stage.width / 2 - view.x) / (picture.width * view.scale),
      centerY: (stage.height / 2 - view.y) / (picture.height * view.scale),
    });
  }

  stats(): ReturnType<Player["stats"]> {
    return this.player.stats();
  }

  dispose(): void {
    this.player.destroy();
  }

  private async arrival(frame: Promise<FrameEvent | null>): Promise<void> {
    this.sought += 1;
    try {
      await frame;
    } finally {
      this.sought -= 1;
    }
  }

  private async showWipe(): Promise<void> {
    const { compare, wipe } = this;
    const compared = compare && { position: compare.position, against: compare.revision };
    const shown = compared ?? (wipe === null ? null : { position: wipe, against: "original" as const });
    await this.player.setWipe(shown);
  }
}

/** The decoder that the address asks for: `?decoder=wasm`. */
export function decoderChoice(search: string): DecoderChoice {
  const asked = new URLSearchParams(search).get("decoder");
  return asked === "wasm" || asked === "webcodecs" ? asked : "auto";
}
