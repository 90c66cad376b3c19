/** The bar above the picture: project, undo, views, Apply, export. */

import { useState } from "preact/hooks";
import * as editing from "../state/editing";
import { openExport } from "../state/exporting";
import { panelShown, togglePanel } from "../state/layout";
import { openProjects } from "../state/route";
import type { Session, ViewKind } from "../state/session";
import { IconButton, NameField, Segmented } from "../ui/controls";
import { Icon } from "../ui/icons";
import { keysOf } from "../ui/platform";
import { ApplyControl } from "./apply";

export const VIEWS = [
  { value: "overlay", label: "Overlay", tip: "Overlay: object tinted" },
  { value: "cutout", label: "Cutout", tip: "Cutout: background taken away" },
  { value: "matte", label: "Matte", tip: "Matte: object white on black" },
  { value: "original", label: "Original", tip: "Original: the picture as it is" },
] as const satisfies readonly { value: ViewKind; label: string; tip: string }[];

const CHOICES = VIEWS.map((view) => ({
  ...view,
  icon: view.value,
  command: `view-${view.value}` as const,
}));

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
          tip={`Undo${toldOf(session.deeds.value.undo)}`}
          command="undo"
          disabled={project?.can_undo !== true}
          onClick={() => editing.undo(session)}
        />
        <IconButton
          icon="redo"
          label="Redo"
          tip={`Redo${toldOf(session.deeds.value.redo)}`}
          command="redo"
          disabled={project?.can_redo !== true}
          onClick={() => editing.redo(session)}
        />
      </div>
      <div class="row views">
        <Segmented
          label="View"
          value={session.view.value}
          choices={CHOICES}
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
        <PanelButton />
      </div>
    </header>
  );
}

function PanelButton() {
  const shown = panelShown.value;
  return (
    <button
      type="button"
      class="button icon quiet panel-button"
      aria-label="Objects and settings"
      aria-expanded={shown}
      aria-controls="panel"
      data-tip={`${shown ? "Hide" : "Show"} objects and settings`}
      data-keys={keysOf("toggle-panel")}
      onClick={togglePanel}
    >
      <Icon name="panel" />
    </button>
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
      class="button export-button"
      data-tip="Export: write the cut-out to a file"
      data-keys={keysOf("export")}
      onClick={() => openExport(session)}
    >
      <Icon name="download" />
      <span class="numbers">
        <span class="roomy">{running ? "Exporting " : "Export"}</span>
        {running && `${percent} %`}
      </span>
    </button>
  );
}
