/** Exports: one at a time is followed, also after a reload. */

import * as client from "../api/client";
import { describe } from "../api/problem";
import type { ExportJob, ExportProgress } from "../api/types";
import { exportBasis } from "../logic/exports";
import type { Range } from "../logic/ranges";
import { notify } from "./notices";
import type { Session } from "./session";

export interface ExportFormat {
  readonly id: string;
  readonly label: string;
  /** The file's ending, and what it keeps. */
  readonly suffix: string;
  readonly detail: string;
  /** Whether a key colour stands where the object is not. */
  readonly keyed: boolean;
}

/** What the server's protocol offers. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [
  {
    id: "mp4",
    label: "Chroma key",
    suffix: "MP4",
    detail: "H.264 over one colour, with the sound. For every editor.",
    keyed: true,
  },
  {
    id: "prores4444",
    label: "ProRes 4444",
    suffix: "MOV",
    detail: "10 bits, straight alpha, with the sound. For compositing.",
    keyed: false,
  },
  {
    id: "webm",
    label: "WebM",
    suffix: "WEBM",
    detail: "VP9 with alpha, with the sound. For pages and motion graphics.",
    keyed: false,
  },
  {
    id: "matte",
    label: "Luma matte",
    suffix: "MP4",
    detail: "H.264, the object white on black, without sound.",
    keyed: false,
  },
  {
    id: "png",
    label: "PNG sequence",
    suffix: "ZIP",
    detail: "8 bits (16 for deeper clips), straight alpha, with each frame’s time.",
    keyed: false,
  },
];

export interface ExportChoice {
  readonly format: string;
  readonly wholeClip: boolean;
  readonly objects: readonly string[];
  /** A file for each object instead of one with all of them. */
  readonly separate: boolean;
  /** Template of the file's name; empty: the server's own. */
  readonly name: string;
}

/** Shows the export dialog: the form, unless an export runs or its file is still what one would get. */
export function openExport(session: Session): void {
  const done = session.exportJob.value?.state === "done";
  if (done && session.exportBasis.value !== basisOf(session)) newExport(session);
  session.dialog.value = "export";
}

function basisOf(session: Session): string {
  return exportBasis(session.project.value, session.marks.value);
}

/** The frames that an export started now would hold, half-open. */
export function exportRange(session: Session, wholeClip: boolean): Range {
  const count = session.project.value?.clip.frame_count ?? 0;
  const { in: start, out } = session.marks.value;
  return wholeClip ? [0, count] : [start ?? 0, out === null ? count : out + 1];
}

export function startExport(session: Session, choice: ExportChoice): void {
  const [start, stop] = exportRange(session, choice.wholeClip);
  const basis = basisOf(session);
  session.exportChoice.value = choice;
  void session.run(async () => {
    const job = await client.startExport(session.id, {
      format: choice.format,
      key_color: session.keyColor.value,
      objects: choice.objects,
      separate: choice.separate,
      ...(choice.name.trim() && { name: choice.name.trim() }),
      start,
      stop,
    });
    session.exportBasis.value = basis;
    session.exportJob.value = job;
    // It may have ended before its id was known here, and its event gone by unseen.
    const latest = await client.readExport(session.id, job.id);
    if (session.exportJob.value.state === "running") session.exportJob.value = latest;
    return null;
  });
}

export function cancelExport(session: Session): void {
  const job = session.exportJob.value;
  if (job?.state !== "running") return;
  void session.run(async () => {
    await client.cancelExport(session.id, job.id);
    newExport(session);
    return null;
  });
}

/** Back to the form; the finished file stays on the server, among the earlier ones. */
export function newExport(session: Session): void {
  const job = session.exportJob.value;
  if (job?.state === "done") session.exported.value = [...session.exported.value, job];
  session.exportJob.value = null;
}

/** Deletes a finished export and its file. */
export function forgetExport(session: Session, job: ExportJob): void {
  void session.run(async () => {
    await client.cancelExport(session.id, job.id);
    session.exported.value = session.exported.value.filter(({ id }) => id !== job.id);
    return null;
  });
}

/** Finds what an earlier visit exported, and follows what still runs. */
export async function recallExports(session: Session): Promise<void> {
  try {
    const all = await client.listExports(session.id);
    const running = all.findLast((job) => job.state === "running") ?? null;
    session.exportBasis.value =
      running?.revision === session.project.value?.revision ? basisOf(session) : null;
    session.exportJob.value = running;
    session.exported.value = all.filter((job) => job.state === "done");
  } catch (error) {
    notify(describe(error), "error");
  }
}

/** Reads how far the export is that runs, if it still does and no other one is followed by then. */
export async function recheckExport(session: Session): Promise<void> {
  const job = session.exportJob.value;
  if (job?.state !== "running") return;
  try {
    const latest = await client.readExport(session.id, job.id);
    const followed = session.exportJob.value;
    // Events that came meanwhile know as much.
    if (followed?.id === job.id && followed.state === "running") session.exportJob.value = latest;
  } catch (error) {
    notify(describe(error), "error");
  }
}

/** Tells of an export that ended while its dialog was closed. */
export function announceExport(session: Session, job: ExportProgress): void {
  if (session.dialog.value === "export") return;
  const open = {
    label: "Show",
    run: () => {
      session.dialog.value = "export";
    },
  };
  if (job.state === "done") session.offer("The export is ready.", "info", open);
  if (job.state === "failed") session.offer(job.detail ?? "The export failed.", "error", open);
}
