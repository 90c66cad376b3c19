/** Read-outs of time. A frame's time always comes from the frame table, never from `index / rate`. */

export interface Timing {
  /** Presentation time of each frame in `1 / timescale` seconds; starts at 0, strictly increases. */
  readonly ticks: readonly number[];
  readonly endTick: number;
  readonly timescale: number;
  /** Average rate in frames per second, as a fraction. */
  readonly rate: readonly [number, number];
}

/** Whether every frame lasts as long as the rate says, to within one tick of rounding. */
export function isConstantRate(timing: Timing): boolean {
  const { ticks, timescale, rate } = timing;
  const step = (timescale * rate[1]) / rate[0];
  return ticks.every((tick, index) => Math.abs(tick - index * step) <= 1);
}

/**
 * `HH:MM:SS:FF` (non-drop) where the rate is constant, else `HH:MM:SS.mmm`, because a frame number
 * within a second means nothing when frames last differently long.
 */
export function formatTimecode(timing: Timing, frame: number, constant: boolean): string {
  if (constant) {
    const base = Math.max(1, Math.round(timing.rate[0] / timing.rate[1]));
    return `${clock(Math.floor(frame / base))}:${pad(frame % base, base > 100 ? 3 : 2)}`;
  }
  const milliseconds = Math.round(((timing.ticks[frame] ?? 0) * 1000) / timing.timescale);
  return `${clock(Math.floor(milliseconds / 1000))}.${pad(milliseconds % 1000, 3)}`;
}

/** A length for people: `0:07`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = pad(whole % 60, 2);
  return hours > 0 ? `${hours}:${pad(minutes, 2)}:${rest}` : `${minutes}:${rest}`;
}

/** A number of frames for people. */
export const formatFrames = (count: number): string => `${count} ${count === 1 ? "frame" : "frames"}`;

/** Time left for people: `a few seconds`, `40 s`, `3 min`. */
export function formatRemaining(seconds: number): string {
  if (seconds < 4) return "a few seconds";
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}

/** How long ago something was, for people: `just now`, `5 min ago`, `yesterday`, `3 Nov 2026`. */
export function formatAgo(created: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(created)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  if (minutes < 48 * 60) return "yesterday";
  if (minutes < 7 * 24 * 60) return `${Math.floor(minutes / (24 * 60))} days ago`;
  return new Date(created).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
  });
}

/** A rate for people: `24`, `23.976`, `29.97`. */
export function formatRate(rate: readonly [number, number]): string {
  return (rate[0] / rate[1]).toFixed(3).replace(/\.?0+$/, "");
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

function clock(seconds: number): string {
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
