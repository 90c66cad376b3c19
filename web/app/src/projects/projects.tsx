/** The first view: drop a clip, try the sample, open a recent project. */

import { useEffect, useRef, useState } from "preact/hooks";
import { formatDuration } from "../logic/timecode";
import * as library from "../state/library";
import { formatRoute } from "../state/route";
import type { ProjectSummary } from "../api/types";
import { IconButton, NameField } from "../ui/controls";
import { Icon } from "../ui/icons";
import { Uploads } from "./uploads";

export function Projects() {
  const [over, setOver] = useState(false);
  useEffect(() => void library.load(), []);
  return (
    <div
      class="projects"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <div class="projects-inner">
        <header class="brand">
          <Icon name="mark" />
          Mattebox
        </header>
        <main class="welcome">
          <div>
            <h1>Cut an object out of a video with a few clicks</h1>
            <p>
              Click what to keep, apply it to the whole clip, correct where it slips, and export.
              Your footage stays on the machine that runs Mattebox.
            </p>
          </div>
          <DropZone over={over} />
        </main>
        <Uploads />
        <Recent />
      </div>
    </div>
  );
}

function take(files: FileList | null | undefined): void {
  if (files?.length) library.addFiles(files);
}

/** Says where to drop; the whole view takes what is dropped. */
function DropZone({ over }: { over: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const making = library.makingSample.value;
  return (
    <section class={`drop-zone ${over ? "over" : ""}`} aria-label="Add a video">
      <Icon name="film" />
      <strong>Drop a video here</strong>
      <div class="row">
        <button type="button" class="button primary large" onClick={() => input.current?.click()}>
          <Icon name="upload" />
          Choose a file
        </button>
        <button
          type="button"
          class="button large"
          disabled={making}
          onClick={() => void library.createSample()}
        >
          {making ? "Making the sample…" : "Try the sample clip"}
        </button>
      </div>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept="video/*,.mkv,.mov,.mxf,.avi,.ts,.m2ts"
        aria-label="Video file"
        tabIndex={-1}
        onChange={(event) => {
          take(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
    </section>
  );
}

function Recent() {
  const projects = library.projects.value;
  const trouble = library.trouble.value;
  return (
    <section class="recent" aria-labelledby="recent-title">
      <h2 id="recent-title">Recent projects</h2>
      {trouble !== null && (
        <div class="nothing" role="alert">
          <p>{trouble}</p>
          <p>
            <button type="button" class="button" onClick={() => void library.load()}>
              <Icon name="retry" />
              Try again
            </button>
          </p>
        </div>
      )}
      {projects === null && trouble === null && <p class="nothing">Loading…</p>}
      {projects?.length === 0 && (
        <p class="nothing">Nothing here yet. Clips you add stay listed, with all your work.</p>
      )}
      {projects !== null && projects.length > 0 && (
        <ul class="recent-grid">
          {projects.map((project) => (
            <Card key={project.id} project={project} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Card({ project }: { project: ProjectSummary }) {
  const [renaming, setRenaming] = useState(false);
  return (
    <li class="card">
      <a class="card-open" href={formatRoute({ project: project.id, frame: 0 })}>
        <img class="card-picture" src={project.thumbnail} alt="" loading="lazy" />
        {!renaming && (
          <span class="card-text">
            <span class="card-name">{project.name}</span>
            <span class="dim numbers">
              {formatDuration(project.duration_s)} · {project.frame_count} frames
            </span>
          </span>
        )}
      </a>
      {renaming ? (
        <NameField
          value={project.name}
          label={`New name of ${project.name}`}
          onCommit={(name) => {
            setRenaming(false);
            void library.rename(project.id, name);
          }}
          onCancel={() => setRenaming(false)}
        />
      ) : (
        <div class="card-actions">
          <IconButton
            icon="pencil"
            label={`Rename ${project.name}`}
            onClick={() => setRenaming(true)}
          />
          <IconButton
            icon="trash"
            label={`Delete ${project.name}`}
            onClick={() => library.remove(project)}
          />
        </div>
      )}
    </li>
  );
}
