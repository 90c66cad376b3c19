/** The bodies of the Mattebox protocol, version 1 (docs/protocol.md), by the names used here. */

import type { components } from "../generated/api";

type Schemas = components["schemas"];

export type ProjectSummary = Schemas["ProjectSummary"];
export type Project = Schemas["ProjectModel"];
/** A project with the mask that a click or prompt made. */
export type EditedProject = Schemas["EditedModel"];
export type ProjectObject = Schemas["ObjectModel"];
export type Click = Schemas["ClickModel"];
export type NewClick = Schemas["NewClick"];
export type Keyframe = Schemas["KeyframeModel"];
export type Prompt = Keyframe["prompts"][number];
export type NewPrompt = Schemas["NewBox"] | Schemas["NewBrush"] | Schemas["NewLasso"];
export type ObjectChange = Partial<Schemas["ChangedObject"]>;
export type Revision = Schemas["RevisionModel"];
export type History = Schemas["HistoryModel"];
export type Step = Schemas["StepModel"];
export type FrameTable = Schemas["FrameTableModel"];
export type Confidence = Schemas["ConfidenceModel"];
export type ExportJob = Schemas["ExportModel"];
export type ExportRequest = Partial<Schemas["NewExport"]>;

/** The `work` event; events are no part of the OpenAPI description. */
export interface Work {
  readonly state: "running" | "idle" | "cancelled" | "failed";
  readonly done: number;
  readonly total: number;
  readonly remaining_s: number | null;
  readonly detail: string | null;
}

/** The `segment` event. */
export interface SegmentEvent {
  readonly object: string | null;
  readonly segment: number;
  readonly address: string;
  readonly confidence?: readonly number[];
}

/** The `export` event. */
export type ExportProgress = Pick<ExportJob, "id" | "state" | "done" | "total" | "detail">;
