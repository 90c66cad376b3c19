/** Choose, watch, cancel and fetch an export. It goes on when the dialog is closed. */

import { useState } from "preact/hooks";
import { exportAddress } from "../api/client";
import type { ExportJob } from "../api/types";
import { hasStale } from "../logic/clicks";
import * as editing from "../state/editing";
import {
  cancelExport,
  EXPORT_FORMATS,
  exportedObjects,
  newExport,
  startExport,
} from "../state/exporting";
import type { Session } from "../state/session";
import { Dialog } from "../ui/controls";
import { Icon } from "../ui/icons";

export function ExportDialog({ session }: { session: Session }) {
  const job = session.exportJob.value;
  return (
    <Dialog
      title="Export"
      onClose={() => {
        session.dialog.value = null;
      }}
    >
      {job?.state === "running" && <Running session={session} job={job} />}
      {job?.state === "done" && <Done session={session} job={job} />}
      {job?.state !== "running" && job?.state !== "done" && (
        <Form session={session} failure={job?.state === "failed" ? job.detail : null} />
      )}
    </Dialog>
  );
}

function Form({ session, failure }: { session: Session; failure: string | null }) {
  const [format, setFormat] = useState(EXPORT_FORMATS[0]?.id ?? "");
  const keyed = EXPORT_FORMATS.some((entry) => entry.id === format && entry.keyed);
  const { in: start, out: stop } = session.marks.value;
  const marked = start !== null || stop !== null;
  const [whole, setWhole] = useState(!marked);
  const clip = session.project.value?.clip;
  const objects = exportedObjects(session);
  const last = stop ?? (clip?.frame_count ?? 1) - 1;
  return (
    <>
      <div class="dialog-body">
        {failure !== null && (
          <p class="notice error" role="alert">
            {failure}
          </p>
        )}
        <fieldset class="formats">
          <legend>Format</legend>
          {EXPORT_FORMATS.map((entry) => (
            <label key={entry.id} class="format">
              <input
                type="radio"
                name="format"
                checked={format === entry.id}
                onChange={() => setFormat(entry.id)}
              />
              <span>
                {entry.label}
                <span class="dim">{entry.detail}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {keyed && (
          <label class="row between">
            Key colour
            <input
              class="field"
              type="color"
              value={session.keyColor.value}
              onInput={(event) => {
                session.keyColor.value = event.currentTarget.value;
              }}
            />
          </label>
        )}
        <fieldset class="range">
          <legend>Frames</legend>
          <label class="row">
            <input type="radio" name="range" checked={whole} onChange={() => setWhole(true)} />
            Whole clip, {clip?.frame_count} frames
          </label>
          <label class={`row ${marked ? "" : "dim"}`}>
            <input
              type="radio"
              name="range"
              disabled={!marked}
              checked={!whole}
              onChange={() => setWhole(false)}
            />
            {marked
              ? `In to out, frames ${start ?? 0} to ${last}`
              : "In to out (set them with I and O)"}
          </label>
        </fieldset>
        <Warning session={session} />
        <Earlier session={session} />
      </div>
      <div class="dialog-foot">
        <button
          type="button"
          class="button primary"
          disabled={objects.length === 0 || session.busy.value > 0}
          onClick={() => startExport(session, { format, wholeClip: whole })}
        >
          Start export
        </button>
      </div>
    </>
  );
}

function Warning({ session }: { session: Session }) {
  const warning = warningOf(session);
  if (warning === null) return null;
  return (
    <div class="notice row between">
      <span>{warning}</span>
      {session.canApply.value && (
        <button type="button" class="button" onClick={() => editing.apply(session)}>
          Apply
        </button>
      )}
    </div>
  );
}

function warningOf(session: Session): string | null {
  const project = session.project.value;
  const applied = session.applied.value.length;
  if (!project || project.revision === 0) {
    return "Nothing is applied yet, so there is nothing to export.";
  }
  if (applied === 0) {
    return session.canApply.value
      ? "No object’s clicks are applied, so there is nothing to export."
      : "There is no object to export; click one and apply.";
  }
  const exported = exportedObjects(session).length;
  if (exported === 0) return "All objects are hidden; show those to export.";
  if (hasStale(project)) {
    return "Your last corrections are not applied; the export would not have them.";
  }
  return exported < applied ? "Hidden objects are left out." : null;
}

function Earlier({ session }: { session: Session }) {
  const exported = session.exported.value.slice(-3).reverse();
  if (exported.length === 0) return null;
  return (
    <section class="earlier" aria-label="Earlier exports">
      <h2>Earlier</h2>
      {exported.map((job) => (
        <a key={job.id} class="row" href={exportAddress(session.id, job.id)} download>
          <Icon name="download" />
          {job.file_name}
          <span class="dim numbers">{job.total} frames</span>
        </a>
      ))}
    </section>
  );
}

function Running({ session, job }: { session: Session; job: ExportJob }) {
  return (
    <>
      <div class="dialog-body" role="status">
        <p class="numbers">
          {job.total > 0 ? `${job.done} of ${job.total} frames` : "Starting…"}
        </p>
        <progress class="progress" aria-label="Export" max={job.total || 1} value={job.done} />
        <p class="dim">You can close this and go on working.</p>
      </div>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={() => cancelExport(session)}>
          Cancel export
        </button>
      </div>
    </>
  );
}

function Done({ session, job }: { session: Session; job: ExportJob }) {
  return (
    <>
      <div class="dialog-body" role="status">
        <p>
          <strong>{job.file_name}</strong> is ready, {job.total} frames.
        </p>
      </div>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={() => newExport(session)}>
          New export
        </button>
        <a class="button primary" href={exportAddress(session.id, job.id)} download>
          <Icon name="download" />
          Download
        </a>
      </div>
    </>
  );
}
