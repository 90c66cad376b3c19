/** Choose, watch, cancel and fetch an export. It goes on when the dialog is closed. */

import { useState } from "preact/hooks";
import { exportAddress } from "../api/client";
import type { ExportJob } from "../api/types";
import { hasStale } from "../logic/clicks";
import { formatFrames } from "../logic/timecode";
import { edgesIn } from "../state/edges";
import * as editing from "../state/editing";
import {
  cancelExport,
  EXPORT_FORMATS,
  exportRange,
  forgetExport,
  newExport,
  startExport,
  type ExportChoice,
} from "../state/exporting";
import type { Session } from "../state/session";
import { Dialog, IconButton, Segmented } from "../ui/controls";
import { Icon } from "../ui/icons";
import { NameTemplate } from "./export-name";

export function ExportDialog({ session }: { session: Session }) {
  const job = session.exportJob.value;
  const form = job?.state !== "running" && job?.state !== "done";
  return (
    <Dialog
      title="Export"
      size={form ? "large" : "small"}
      onClose={() => {
        session.dialog.value = null;
      }}
    >
      {job?.state === "running" && <Running session={session} job={job} />}
      {job?.state === "done" && <Done session={session} job={job} />}
      {form && <Form session={session} failure={job?.state === "failed" ? job.detail : null} />}
    </Dialog>
  );
}

/** What is chosen so far; `objects` null: nothing was chosen among them, so all that are shown. */
type Draft = Omit<ExportChoice, "objects"> & { readonly objects: ExportChoice["objects"] | null };

function Form({ session, failure }: { session: Session; failure: string | null }) {
  const { in: start, out: stop } = session.marks.value;
  const marked = start !== null || stop !== null;
  const applied = session.applied.value;
  const [choice, setChoice] = useState<Draft>(() => ({
    format: EXPORT_FORMATS[0]?.id ?? "",
    separate: false,
    name: "",
    ...session.exportChoice.value,
    wholeClip: !marked,
    objects: null,
  }));
  const change = (part: Partial<Draft>) => setChoice((old) => ({ ...old, ...part }));
  const chosen = choice.objects ?? [...session.shownObjects.value];
  const objects = applied.filter((object) => chosen.includes(object));
  const separate = choice.separate && objects.length > 1;
  const ready = objects.length > 0 && session.busy.value === 0;
  return (
    <>
      <div class="dialog-body export-form">
        <div class="export-column">
          <Formats chosen={choice.format} onChange={(format) => change({ format })} />
        </div>
        <div class="export-column">
          <ObjectChoice
            session={session}
            chosen={objects}
            separate={separate}
            onChange={(ids) => change({ objects: ids })}
            onSeparate={(apart) => change({ separate: apart })}
          />
          <RangeChoice
            session={session}
            whole={choice.wholeClip}
            onChange={(wholeClip) => change({ wholeClip })}
          />
          <KeyColor session={session} format={choice.format} />
          <NameTemplate
            session={session}
            value={choice.name}
            format={choice.format}
            objects={objects}
            separate={separate}
            onChange={(name) => change({ name })}
          />
          <Earlier session={session} />
        </div>
      </div>
      <div class="dialog-notices">
        {failure !== null && (
          <p class="notice error" role="alert">
            {failure}
          </p>
        )}
        <Warning session={session} chosen={objects.length} />
        <EdgeNote session={session} chosen={objects} />
      </div>
      <div class="dialog-foot">
        <span class="dim numbers grow">{summaryOf(session, choice.wholeClip, objects, separate)}</span>
        <button
          type="button"
          class="button primary large"
          disabled={!ready}
          onClick={() => startExport(session, { ...choice, objects, separate })}
        >
          Start export
        </button>
      </div>
    </>
  );
}

function EdgeNote({ session, chosen }: { session: Session; chosen: readonly string[] }) {
  const objects = session.project.value?.objects ?? [];
  const words = edgesIn(objects.filter(({ id }) => chosen.includes(id)));
  return words === null ? null : <p class="hint">{words}.</p>;
}

function summaryOf(
  session: Session,
  whole: boolean,
  objects: readonly string[],
  separate: boolean,
): string {
  if (objects.length === 0) return "";
  const [start, stop] = exportRange(session, whole);
  const what = objects.length === 1 ? "1 object" : `${objects.length} objects`;
  const how = separate ? `${objects.length} files in one ZIP` : "1 file";
  return `${what}, ${formatFrames(stop - start)}, ${how}`;
}

interface FormatsProps {
  chosen: string;
  onChange: (format: string) => void;
}

function Formats({ chosen, onChange }: FormatsProps) {
  return (
    <fieldset class="formats">
      <legend>Format</legend>
      {EXPORT_FORMATS.map((entry) => (
        <label key={entry.id} class={`format ${chosen === entry.id ? "chosen" : ""}`}>
          <input
            type="radio"
            name="format"
            checked={chosen === entry.id}
            onChange={() => onChange(entry.id)}
          />
          <span class="grow">
            <span class="row between">
              <strong>{entry.label}</strong>
              <span class="tag">{entry.suffix}</span>
            </span>
            <span class="dim">{entry.detail}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

const FILES = [
  { value: "together", label: "Together" },
  { value: "apart", label: "A file for each" },
] as const;

interface ObjectChoiceProps {
  session: Session;
  chosen: readonly string[];
  separate: boolean;
  onChange: (objects: readonly string[]) => void;
  onSeparate: (separate: boolean) => void;
}

function ObjectChoice({ session, chosen, separate, onChange, onSeparate }: ObjectChoiceProps) {
  const objects = session.project.value?.objects ?? [];
  const applied = objects.filter(({ id }) => session.applied.value.includes(id));
  if (applied.length === 0) return null;
  const toggle = (id: string) =>
    onChange(
      applied.map((object) => object.id).filter((other) => chosen.includes(other) !== (other === id)),
    );
  return (
    <fieldset>
      <legend>Objects</legend>
      {applied.map((object) => (
        <label key={object.id} class="row">
          <input
            type="checkbox"
            checked={chosen.includes(object.id)}
            onChange={() => toggle(object.id)}
          />
          <span class="dot" style={{ background: object.color }} />
          <span class="ellipsis">{object.name}</span>
        </label>
      ))}
      {applied.length > 1 && (
        <Segmented
          label="Files"
          value={separate ? "apart" : "together"}
          choices={FILES}
          disabled={chosen.length < 2}
          onChange={(files) => onSeparate(files === "apart")}
        />
      )}
    </fieldset>
  );
}

interface RangeChoiceProps {
  session: Session;
  whole: boolean;
  onChange: (whole: boolean) => void;
}

function RangeChoice({ session, whole, onChange }: RangeChoiceProps) {
  const { in: start, out: stop } = session.marks.value;
  const marked = start !== null || stop !== null;
  const [from, to] = exportRange(session, false);
  return (
    <fieldset>
      <legend>Frames</legend>
      <label class="row">
        <input type="radio" name="range" checked={whole} onChange={() => onChange(true)} />
        Whole clip, {formatFrames(session.project.value?.clip.frame_count ?? 0)}
      </label>
      <label class={`row ${marked ? "" : "dim"}`}>
        <input
          type="radio"
          name="range"
          disabled={!marked}
          checked={!whole}
          onChange={() => onChange(false)}
        />
        {marked ? `In to out, frames ${from} to ${to - 1}` : "In to out (set them with I and O)"}
      </label>
    </fieldset>
  );
}

function KeyColor({ session, format }: { session: Session; format: string }) {
  if (!EXPORT_FORMATS.some((entry) => entry.id === format && entry.keyed)) return null;
  return (
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
  );
}

function Warning({ session, chosen }: { session: Session; chosen: number }) {
  const warning = warningOf(session, chosen);
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

function warningOf(session: Session, chosen: number): string | null {
  const project = session.project.value;
  if (!project || project.revision === 0) {
    return "Nothing is applied yet, so there is nothing to export.";
  }
  if (session.applied.value.length === 0) {
    return session.canApply.value
      ? "No object’s clicks are applied, so there is nothing to export."
      : "There is no object to export; click one and apply.";
  }
  if (chosen === 0) return "Choose at least one object.";
  return hasStale(project)
    ? "Your last corrections are not applied; the export would not have them."
    : null;
}

function Earlier({ session }: { session: Session }) {
  const exported = session.exported.value.slice(-4).reverse();
  if (exported.length === 0) return null;
  return (
    <section class="earlier" aria-labelledby="earlier-title">
      <h3 id="earlier-title">Earlier exports</h3>
      <ul>
        {exported.map((job) => (
          <li key={job.id} class="row">
            <a class="row grow" href={exportAddress(session.id, job.id)} download>
              <Icon name="download" />
              <span class="ellipsis">{job.file_name}</span>
            </a>
            <span class="dim numbers">{formatFrames(job.total)}</span>
            <IconButton
              icon="trash"
              label={`Delete ${job.file_name}`}
              onClick={() => forgetExport(session, job)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Running({ session, job }: { session: Session; job: ExportJob }) {
  return (
    <>
      <div class="dialog-body">
        <p class="numbers" role="status">
          {job.total > 0 ? `${job.done} of ${formatFrames(job.total)}` : "Starting…"}
        </p>
        <progress class="progress" aria-label="Export" max={job.total || 1} value={job.done} />
        {job.detail !== null && <p class="notice">{job.detail}</p>}
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
          <strong>{job.file_name}</strong> is ready, {formatFrames(job.total)}.
        </p>
        {job.detail !== null && <p class="notice">{job.detail}</p>}
      </div>
      <div class="dialog-foot">
        <button type="button" class="button large" onClick={() => newExport(session)}>
          New export
        </button>
        <a class="button primary large" href={exportAddress(session.id, job.id)} download>
          <Icon name="download" />
          Download
        </a>
      </div>
    </>
  );
}
