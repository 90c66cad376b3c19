/** The bar above the picture: project, undo, views, Apply, export. */

import { useState } from "preact/hooks";
import * as editing from "../state/editing";
import { openExport } from "../state/exporting";
import { openProjects } from "../state/route";
import type { Session, ViewKind } from "../state/session";
import { IconButton, NameField, Segmented } from "../ui/controls";
import { Icon } from "../ui/icons";
import { keyHint } from "../ui/platform";
import { ApplyControl } from "./apply";

const VIEWS: readonly { value: ViewKind; label: string; hint: string }[] = [
  { value: "overlay", label: "Overlay", hint: keyHint("view-overlay") },
  { value: "cutout", label: "Cutout", hint: keyHint("view-cutout") },
  { value: "matte", label: "Matte", hint: keyHint("view-matte") },
  { value: "original", label: "Original", hint: keyHint("view-original") },
];

export function TopBar({ session }: { session: Session }) {
  const project = session.project.value;
  return (
    <header class="topbar">
      <div class="row grow">
        <IconButton icon="back" label="All projects" onClick={openProjects} />
        <ProjectName session={session} />
        <IconButton
          icon="undo"
          label="Undo"
          hint={keyHint("undo")}
          disabled={project?.can_undo !== true}
          onClick={() => editing.undo(session)}
        />
        <IconButton
          icon="redo"
          label="Redo"
          hint={keyHint("redo")}
          disabled={project?.can_redo !== true}
          onClick={() => editing.redo(session)}
        />
      </div>
      <Segmented
        label="View"
        value={session.view.value}
        choices={VIEWS}
        onChange={(view) => {
          session.view.value = view;
        }}
      />
      <div class="row grow end">
        <ApplyControl session={session} />
        <ExportButton session={session} />
        <IconButton
          icon="help"
          label="All shortcuts"
          hint={keyHint("help")}
          onClick={() => {
            session.dialog.value = "help";
          }}
        />
      </div>
    </header>
  );
}

function ProjectName({ session }: { session: Session }) {
  const [renaming, setRenaming] = useState(false);
  const name = session.project.value?.name ?? "";
  if (renaming) {
    return (
      <NameField
        class="project-name"
        value={name}
        label="Project name"
        onCommit={(next) => {
          setRenaming(false);
          editing.renameProject(session, next);
        }}
        onCancel={() => setRenaming(false)}
      />
    );
  }
  return (
    <button
      type="button"
      class="button quiet project-name"
      title="Rename"
      onClick={() => setRenaming(true)}
    >
      <span>{name}</span>
    </button>
  );
}

function ExportButton({ session }: { session: Session }) {
  const job = session.exportJob.value;
  const running = job?.state === "running";
  const percent = running && job.total > 0 ? Math.floor((100 * job.done) / job.total) : 0;
  return (
    <button
      type="button"
      class="button"
      title={`Export${keyHint("export")}`}
      onClick={() => openExport(session)}
    >
      <Icon name="download" />
      <span class="numbers">{running ? `Exporting ${percent} %` : "Export"}</span>
    </button>
  );
}
