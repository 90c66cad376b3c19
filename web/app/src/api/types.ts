/** The bodies of the Mattebox protocol, version 1 (docs/protocol.md). */

import type { Range } from "../logic/ranges";

export interface ProjectSummary {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly thumbnail: string;
  readonly frame_count: number;
  readonly duration_s: number;
}

export interface Click {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly include: boolean;
}

export interface Keyframe {
  readonly frame: number;
  readonly mask: string;
  readonly clicks: readonly Click[];
}

export interface ProjectObject {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly keyframes: readonly Keyframe[];
  readonly stale: readonly Range[];
}

export interface Clip {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly source_width: number;
  readonly source_height: number;
  readonly rate: readonly [number, number];
  readonly frame_count: number;
  readonly has_sound: boolean;
  readonly damage: string | null;
  readonly shots: readonly Range[] | null;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly version: number;
  readonly can_undo: boolean;
  readonly can_redo: boolean;
  readonly revision: number;
  readonly clip: Clip;
  readonly objects: readonly ProjectObject[];
}

export interface FrameTable {
  readonly hash: string;
  readonly frame_count: number;
  readonly timescale: number;
  readonly ticks: readonly number[];
  readonly end_tick: number;
  readonly damage: string | null;
}

export interface Work {
  readonly state: "running" | "idle" | "cancelled" | "failed";
  readonly done: number;
  readonly total: number;
  readonly remaining_s: number | null;
  readonly detail: string | null;
}

export interface ExportJob {
  readonly id: string;
  readonly state: "running" | "done" | "failed" | "cancelled";
  readonly done: number;
  readonly total: number;
  readonly detail: string | null;
}

export interface ExportRequest {
  readonly format?: string;
  readonly key_color?: string;
  readonly objects?: readonly string[];
  readonly start?: number;
  readonly stop?: number;
}

export interface NewClick {
  readonly x: number;
  readonly y: number;
  readonly include: boolean;
}
