/** The units that a frame's place can be told and typed in. */

import { formatTimecode, isConstantRate, type Timing } from "./timecode";

/** `source`: what the file calls its frames; `time`: from the clip's beginning. */
export type Unit = "source" | "time" | "frames" | "seconds";

/** How a source counts its frames (SMPTE 12M). */
interface Source {
  /** The first frame's number, with none left out. */
  readonly first: number;
  /** Numbers within a second. */
  readonly base: number;
  /** Numbers left out at the beginning of each minute but every tenth. */
  readonly dropped: number;
}

export interface Clock {
  readonly timing: Timing;
  readonly constant: boolean;
  readonly source: Source | null;
}

/** `label`: what the source calls the first frame, as the server tells it. */
export function clockOf(timing: Timing, label: string | null): Clock {
  return { timing, constant: isConstantRate(timing), source: sourceOf(timing, label) };
}

export function unitsOf({ source }: Clock): readonly Unit[] {
  return source ? ["source", "time", "frames", "seconds"] : ["time", "frames", "seconds"];
}

/** A frame's place in words. */
export function placeOf({ timing, constant, source }: Clock, unit: Unit, frame: number): string {
  switch (unit) {
    case "source":
      return source ? labelOf(source, source.first + nominal(timing, frame)) : "";
    case "time":
      return formatTimecode(timing, frame, constant);
    case "frames":
      return String(frame);
    case "seconds":
      return `${((timing.ticks[frame] ?? 0) / timing.timescale).toFixed(3)} s`;
  }
}

const NUMBER = /^\d+$/;
const STEP = /^([+-])\s*(\d+)$/;
const SECONDS = /^(\d+(?:\.\d+)?|\.\d+)\s*s?$/i;
const CLOCK = /^(?:(?:(\d+):)?(\d+):)?(\d+)\.(\d+)$/;
const LABEL = /^(?:(?:(\d+)[:;])?(\d+)[:;])?(\d+)[:;](\d+)$/;

/**
 * The frame that is meant by what was typed while `unit` showed: a timecode, a frame number, seconds,
 * or `+10` and `-10` from `frame`. What is left out at the beginning of a timecode is as on `frame`
 * where the source's shows, else 0. Null where it means none of the clip's.
 */
export function frameMeant(clock: Clock, unit: Unit, typed: string, frame: number): number | null {
  const text = typed.trim();
  const step = STEP.exec(text);
  const found = step ? frame + Number(`${step[1]}${step[2]}`) : placeMeant(clock, unit, text, frame);
  const inside = found !== null && found >= 0 && found < clock.timing.ticks.length;
  return inside ? found : null;
}

function placeMeant(clock: Clock, unit: Unit, text: string, frame: number): number | null {
  if (NUMBER.test(text) && unit !== "seconds") return Number(text);
  const seconds = SECONDS.exec(text);
  if (seconds) return frameAt(clock, Number(seconds[1]));
  const time = CLOCK.exec(text);
  if (time) {
    const [hours = 0, minutes = 0, whole = 0] = partsOf(time);
    return frameAt(clock, (hours * 60 + minutes) * 60 + whole + Number(`0.${time[4]}`));
  }
  const label = LABEL.exec(text);
  if (!label) return null;
  const { source } = clock;
  const here = unit === "source" ? LABEL.exec(placeOf(clock, unit, frame)) : null;
  const parts = partsOf(label, here);
  const counted = clock.constant ? numberOf(plain(clock.timing), parts) : null;
  if (!source || (unit !== "source" && counted !== null && counted < clock.timing.ticks.length)) {
    return counted;
  }
  const number = numberOf(source, parts);
  if (number === null) return null;
  return frameNumbered(clock, (number - source.first + day(source)) % day(source));
}

/** The groups of a match as numbers; those that are left out are as in `others`, or 0. */
const partsOf = (match: RegExpExecArray, others?: RegExpExecArray | null): number[] =>
  [...match].slice(1).map((part: string | undefined, at) => Number(part ?? others?.[at + 1] ?? 0));

/** What counts from the clip's beginning and leaves no number out. */
const plain = ({ rate }: Timing): Source => ({
  first: 0,
  base: Math.max(1, Math.round(rate[0] / rate[1])),
  dropped: 0,
});

function sourceOf(timing: Timing, label: string | null): Source | null {
  const parts = label === null ? null : LABEL.exec(label);
  if (!label || !parts) return null;
  const { base } = plain(timing);
  const source = { first: 0, base, dropped: label.includes(";") ? Math.floor(base / 15) : 0 };
  const first = numberOf(source, partsOf(parts));
  return first === null ? null : { ...source, first };
}

/** How many frames after midnight a label is; null where there is no such label. */
function numberOf({ base, dropped }: Source, parts: readonly number[]): number | null {
  const [hours = 0, minutes = 0, seconds = 0, frame = 0] = parts;
  if (frame >= base || seconds > 59 || minutes > 59) return null;
  const elapsed = hours * 60 + minutes;
  if (seconds === 0 && elapsed % 10 > 0 && frame < dropped) return null;
  return (elapsed * 60 + seconds) * base + frame - dropped * (elapsed - Math.floor(elapsed / 10));
}

const tenMinutes = ({ base, dropped }: Source): number => 600 * base - 9 * dropped;

const day = (source: Source): number => 144 * tenMinutes(source);

function labelOf(source: Source, number: number): string {
  const { base, dropped } = source;
  const within = number % day(source);
  const rest = within % tenMinutes(source);
  // The first minute of ten is whole; each of the others begins by leaving its numbers out.
  const begun = Math.floor((rest - 60 * base) / (60 * base - dropped)) + 1;
  const tens = Math.floor(within / tenMinutes(source));
  const shown = tens * 600 * base + rest + Math.max(0, begun) * dropped;
  const seconds = Math.floor(shown / base);
  const [hours, minutes, rests] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = [hours, minutes, rests].map((part) => String(part).padStart(2, "0")).join(":");
  const width = Math.max(2, String(base - 1).length);
  return `${clock}${dropped ? ";" : ":"}${String(shown % base).padStart(width, "0")}`;
}

/** How many frames at the clip's rate begin before a frame: its own number where the rate is constant. */
const nominal = ({ ticks, timescale, rate }: Timing, frame: number): number =>
  Math.round(((ticks[frame] ?? 0) * rate[0]) / (timescale * rate[1]));

/** The frame that a source calls so many after its first. */
function frameNumbered({ timing, constant }: Clock, number: number): number | null {
  if (constant) return number;
  if (number > nominal(timing, timing.ticks.length - 1)) return null;
  return Math.max(0, timing.ticks.findLastIndex((_, frame) => nominal(timing, frame) <= number));
}

/** Half of the least that is shown, so that what was read means the same frame when it is typed. */
const ROUNDING_S = 0.0005;

/** The frame in sight after so many seconds; null after the end. */
function frameAt({ timing }: Clock, seconds: number): number | null {
  const tick = (seconds + ROUNDING_S) * timing.timescale;
  return tick >= timing.endTick ? null : timing.ticks.findLastIndex((other) => other <= tick);
}
