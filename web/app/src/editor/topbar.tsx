/** The bar above the picture: project, undo, views, Apply, export. */

import { useState } from "preact/hooks";
import type { Command } from "../logic/shortcuts";
import * as editing from "../state/editing";
import { openExport } from "../state/exporting";
import { openProjects } from "../state/route";
import type { Session, ViewKind } from "../state/session";
import { IconButton, NameField, Segmented } from "../ui/controls";
import { Icon } from "../ui/icons";
import { keysOf } from "../ui/platform";
import { ApplyControl } from "./apply";

const VIEWS = [
  { value: "overlay", label: "Overlay", tip: "Object tinted", command: "view-overlay" },
  { value: "cutout", label: "Cutout", tip: "Background taken away", command: "view-cutout" },
  { value: "matte", label: "Matte", tip: "Object white on black", command: "view-matte" },
  { value: "original", label: "Original", tip: "The picture as it is", command: "view-original" },
] as const satisfies readonly { value: ViewKind; label: string; tip: string; command: Command }[];

export function TopBar({ session }: { session: Session }) {
  const project = session.project.value;
  return (
    <header class="topbar">
      <h1 class="visually-hidden">{project?.name}</h1>
      <div class="row grow">
        <IconButton icon="back" label="All projects" onClick={openProjects} />
        <ProjectName session={session} />
        <IconButton
          icon="undo"
          label="Undo"
          tip={`Undo${toldOf(session.deeds.undo.value)}`}
          command="undo"
          disabled={project?.can_undo !== true}
          onClick={() => editing.undo(session)}
        />
        <IconButton
          icon="redo"
          label="Redo"
          tip={`Redo${toldOf(session.deeds.redo.value)}`}
          command="redo"
          disabled={project?.can_redo !== true}
          onClick={() => editing.redo(session)}
        />
      </div>
      <div class="row views">
        <Segmented
          label="View"
          value={session.view.value}
          choices={VIEWS}
          onChange={(view) => {
            session.view.value = view;
          }}
        />
        <IconButton
          icon="compare"
          label="Before and after, with a wipe"
          command="view-wipe"
          pressed={session.wipe.value !== null || session.compare.value !== null}
          onClick={() => editing.toggleWipe(session)}
        />
      </div>
      <div class="row grow end">
        <ApplyControl session={session} />
        <ExportButton session={session} />
        <IconButton
          icon="help"
          label="All shortcuts"
          command="help"
          onClick={() => {
            session.dialog.value = "help";
          }}
        />
      </div>
    </header>
  );
}

const toldOf = (deed: string | null) => (deed === null ? "" : `: ${deed}`);

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
      data-renames
      aria-label={`Rename ${name}`}
      data-tip="Rename the project"
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
      data-tip="Write the cut-out to a file"
      data-keys={keysOf("export")}
      onClick={() => openExport(session)}
    >
      <Icon name="download" />
      <span class="numbers">{running ? `Exporting ${percent} %` : "Export"}</span>
    </button>
  );
}
