/**
 * The clip's sound, on the page's thread, where audio contexts live. It is told how the pictures
 * move and plays along; once it does, its clock is the master: the sound card's crystal and the
 * system's drift apart, and what is heard cannot be moved without being heard to.
 */

import { newCounters } from "../counters";
import { problemDetail, SegmentFetcher } from "../fetcher";
import { epochNow, positionAt, type Motion } from "../motion";
import type { SoundState } from "../types";
import { SoundChunks } from "./chunks";
import { OutputClock, type Reading } from "./output-clock";
import { MARGIN_S, SoundRun } from "./run";
import { SoundTable, type SoundInfo } from "./table";

/** A hand on the timeline must rest that long before sound is fetched for where it is. */
const REST_MS = 200;
/** Beyond this speed sound is noise; backwards there is none. */
const FASTEST = 4;
/** Seconds of sound that are decoded ahead, at normal speed. */
const AHEAD_S = 6;
const PUMP_MS = 100;
/** Less is not worth a message, and not seen. */
const CORRECTION_S = 0.001;
/** The way of messages between the threads, on top of the output's latency. */
const HOP_MS = 15;
const LONGEST_LEAD_MS = 300;
/** An open audio device costs power: it is let go after a while without sound. */
const IDLE_MS = 30_000;
/** What browsers take for a gesture. */
const GESTURES = ["pointerdown", "pointerup", "keydown"];
const LIMITS = { connections: 1, cacheBytes: 4 * 2 ** 20 };

export interface SoundOptions {
  /** Absolute address of the sound's own resource; chunks lie below it. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The motion of that generation is there by the sound's clock. */
  readonly onAnchor: (anchor: Omit<Motion, "rate">) => void;
  /** Pictures should be held that long at each start, for the sound's way to the ear. */
  readonly onLead: (ms: number) => void;
  readonly onState: (state: SoundState) => void;
  readonly onError: (message: string) => void;
}

export class Sound {
  private readonly fetcher: SegmentFetcher;
  private readonly clock = new OutputClock();
  private source: { readonly table: SoundTable; readonly chunks: SoundChunks } | null = null;
  private output: { readonly context: AudioContext; readonly gain: GainNode } | null = null;
  private run: SoundRun | null = null;
  private motion: Motion | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private restsAt = 0;
  private rest: ReturnType<typeof setTimeout> | null = null;
  private idle: ReturnType<typeof setTimeout> | null = null;
  private listening: AbortController | null = null;
  private isMuted = false;
  private level = 1;
  private lead = 0;
  private told: SoundState = "none";
  private closed = false;

  constructor(private readonly options: SoundOptions) {
    this.fetcher = new SegmentFetcher(options.headers, newCounters(), LIMITS);
  }

  get muted(): boolean {
    return this.isMuted;
  }

  get volume(): number {
    return this.level;
  }

  get state(): SoundState {
    if (!this.source) return "none";
    const silenced = this.motion !== null && !this.isRunning;
    return this.isMuted || silenced ? "off" : "on";
  }

  /** Decoded sound in bytes. */
  get bytes(): number {
    return this.source?.chunks.bytes ?? 0;
  }

  /** Reads what the sound is. Without it the clip stays silent, and that is told. */
  async load(): Promise<void> {
    const { address, headers, onError } = this.options;
    try {
      const response = await fetch(address, { headers });
      if (!response.ok) throw new Error(await problemDetail(response));
      const info = (await response.json()) as SoundInfo;
      if (this.closed || info.chunk_count === 0) return;
      this.source?.chunks.close();
      this.source = {
        table: new SoundTable(info),
        chunks: new SoundChunks({
          info,
          fetcher: this.fetcher,
          addressOf: (chunk) => `${address}/${chunk}.flac`,
          onDecoded: () => {
            this.pump();
          },
          onError,
        }),
      };
    } catch (error) {
      onError(`The sound cannot be played: ${error instanceof Error ? error.message : String(error)}`);
    }
    // The clip may have been played before it was known to have sound.
    if (this.motion) this.unlock();
    this.prepare(this.restsAt);
    this.pump();
  }

  /** Opens the audio device. Browsers let it sound only after a gesture, so call it in one. */
  unlock(): void {
    if (!this.source || this.isMuted || this.closed) return;
    const { context } = (this.output ??= this.open(this.source.table.info.sample_rate));
    this.keepAwake();
    if (context.state === "running") return;
    this.clock.reset();
    this.resume(context);
  }

  setMuted(muted: boolean): void {
    this.isMuted = muted;
    if (!muted && this.motion) this.unlock();
    this.pump();
  }

  /** @param volume 0..1 */
  setVolume(volume: number): void {
    this.level = Math.min(1, Math.max(0, volume));
    this.output?.gain.gain.setTargetAtTime(this.level, this.output.context.currentTime, 0.01);
  }

  /** The pictures move like that from now on; null: they stand. */
  setMotion(motion: Motion | null): void {
    if (motion && motion.generation === this.motion?.generation) return;
    this.silence();
    this.motion = motion;
    if (motion) this.timer ??= setInterval(() => { this.pump(); }, PUMP_MS);
    else if (this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
    this.keepAwake();
    this.pump();
  }

  /** A picture is shown: once it rests there, what would be heard from there on is fetched. */
  prepare(seconds: number): void {
    if (this.rest !== null) clearTimeout(this.rest);
    this.restsAt = seconds;
    this.rest = setTimeout(() => {
      if (this.source && !this.isMuted && !this.motion) this.want(this.source, seconds, 1);
    }, REST_MS);
  }

  close(): void {
    this.closed = true;
    this.setMotion(null);
    this.stopListening();
    this.fetcher.close();
    this.source?.chunks.close();
    for (const timer of [this.idle, this.rest]) if (timer !== null) clearTimeout(timer);
    void this.output?.context.close();
  }

  private get isRunning(): boolean {
    return this.output?.context.state === "running" && this.clock.isRunning;
  }

  /** Without a gesture the browser leaves the context asleep: the next one wakes it. */
  private resume(context: AudioContext): void {
    const wake = () => {
      if (this.motion && context.state === "suspended") context.resume().catch(() => undefined);
    };
    if (this.listening === null) {
      const listening = new AbortController();
      for (const gesture of GESTURES) document.addEventListener(gesture, wake, { signal: listening.signal });
      this.listening = listening;
    }
    context.resume().catch(() => undefined);
  }

  private open(sampleRate: number): { context: AudioContext; gain: GainNode } {
    const context = newContext(sampleRate);
    const gain = new GainNode(context, { gain: this.level });
    gain.connect(context.destination);
    context.addEventListener("statechange", () => {
      this.clock.reset();
      if (context.state === "running") this.stopListening();
      this.pump();
    });
    return { context, gain };
  }

  /** Does what is due: starts, follows, feeds or stops the sound. */
  private pump(): void {
    if (this.closed) return;
    const { source, output, motion } = this;
    if (output?.context.state === "running") this.clock.read(readingOf(output.context));
    this.tell();
    const sounds = motion !== null && motion.rate > 0 && motion.rate <= FASTEST && !this.isMuted;
    if (source && sounds) this.want(source, positionAt(motion, epochNow()), motion.rate);
    if (!source || !output || !sounds || !this.isRunning) {
      this.silence();
      return;
    }
    if (this.run) this.follow(this.run, motion);
    else this.begin(source, output, motion);
  }

  private want({ table, chunks }: NonNullable<Sound["source"]>, seconds: number, rate: number): void {
    const wanted = table.chunksBetween(seconds, seconds + AHEAD_S * rate);
    chunks.want(wanted);
    this.run?.extend(wanted, (chunk) => chunks.get(chunk));
  }

  private begin(
    { table, chunks }: NonNullable<Sound["source"]>,
    { context, gain }: NonNullable<Sound["output"]>,
    motion: Motion,
  ): void {
    const soonest = context.currentTime + MARGIN_S;
    const contextTime = Math.max(soonest, this.clock.heardAt(motion.at));
    const seconds = positionAt(motion, this.clock.timeOf(contextTime));
    if (!chunks.get(table.chunkAt(seconds))) return;
    this.run = new SoundRun(context, gain, table, table.line(contextTime, seconds, motion.rate));
    this.want({ table, chunks }, seconds, motion.rate);
  }

  /** Tells where the motion is by what is heard, when that is not where it was thought to be. */
  private follow({ line }: SoundRun, motion: Motion): void {
    const at = epochNow();
    const heard = this.clock.heardAt(at) - line.contextTime;
    if (heard < 0) return;
    const seconds = line.seconds + heard * line.rate;
    if (Math.abs(seconds - positionAt(motion, at)) < CORRECTION_S) return;
    this.motion = { ...motion, seconds, at };
    this.options.onAnchor({ generation: motion.generation, seconds, at });
  }

  private silence(): void {
    this.run?.stop();
    this.run = null;
  }

  private tell(): void {
    const { state } = this;
    if (state !== this.told) this.options.onState(state);
    this.told = state;
    const latency = this.output && !this.isMuted && this.isRunning ? latencyOf(this.output.context) : null;
    const lead = latency === null ? 0 : Math.min(LONGEST_LEAD_MS, (latency + MARGIN_S) * 1000 + HOP_MS);
    if (Math.abs(lead - this.lead) < 5) return;
    this.lead = lead;
    this.options.onLead(lead);
  }

  private stopListening(): void {
    this.listening?.abort();
    this.listening = null;
  }

  private keepAwake(): void {
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = null;
    if (this.motion || !this.output || this.closed) return;
    const { context } = this.output;
    this.idle = setTimeout(() => {
      if (!this.motion) void context.suspend();
    }, IDLE_MS);
  }
}

/** At the sound's own rate, so that samples pass unchanged, where the device takes that rate. */
function newContext(sampleRate: number): AudioContext {
  try {
    return new AudioContext({ sampleRate, latencyHint: "interactive" });
  } catch {
    return new AudioContext();
  }
}

/** Seconds from the context to the ear; Safari tells only the first part. */
function latencyOf(context: AudioContext): number {
  const told = (context.outputLatency as number | undefined) ?? 0;
  return told > 0 ? told : context.baseLatency;
}

function readingOf(context: AudioContext): Reading {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
  const heard = contextTime > 0 && performanceTime > 0;
  return {
    now: epochNow(),
    currentTime: context.currentTime,
    latency: latencyOf(context),
    heard: heard ? { contextTime, at: performance.timeOrigin + performanceTime } : null,
  };
}
