/** The first view: drop a clip, try the sample, open a recent project. */

import { useEffect, useRef, useState } from "preact/hooks";
import { formatAgo, formatDuration, formatFrames } from "../logic/timecode";
import * as library from "../state/library";
import { formatRoute } from "../state/route";
import type { ProjectSummary } from "../api/types";
import { IconButton, NameField } from "../ui/controls";
import { Icon } from "../ui/icons";
import { Uploads } from "./uploads";

export function Projects() {
  const [over, setOver] = useState(false);
  useEffect(() => library.follow(), []);
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
      <header class="brand">
        <Icon name="mark" />
        Mattebox
        <span class="brand-note">Footage stays on the machine that runs Mattebox.</span>
      </header>
      <main class="projects-inner">
        <div class="welcome">
          <div>
            <h1>Cut an object out of a video with a few clicks</h1>
            <p>
              Click what to keep, apply it to the whole clip, correct where it slips, and export.
            </p>
          </div>
          <DropZone over={over} />
        </div>
        <Uploads />
        <Recent />
      </main>
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

/** From this many projects on, a field to find one. */
const MANY = 9;

function Recent() {
  const [query, setQuery] = useState("");
  const projects = library.projects.value;
  const wanted = query.trim().toLowerCase();
  const found = projects?.filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <section class="recent" aria-labelledby="recent-title">
      <div class="row between recent-head">
        <h2 id="recent-title">Recent projects</h2>
        {projects !== null && projects.length >= MANY && (
          <input
            class="field"
            type="search"
            placeholder="Find a project"
            aria-label="Find a project"
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        )}
      </div>
      <Trouble />
      {projects === null && library.trouble.value === null && <Loading />}
      {projects?.length === 0 && (
        <div class="nothing">
          <Icon name="film" />
          <p>Nothing here yet. Clips you add stay listed here, with all your work.</p>
        </div>
      )}
      {projects !== null && projects.length > 0 && found?.length === 0 && (
        <p class="nothing">No project is called “{query.trim()}”.</p>
      )}
      {found !== undefined && found.length > 0 && (
        <ul class="recent-grid">
          {found.map((project) => (
            <Card key={project.id} project={project} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Loading() {
  return (
    <div class="recent-grid" role="status" aria-label="Reading the projects">
      {[0, 1, 2, 3].map((card) => (
        <div key={card} class="card skeleton" />
      ))}
    </div>
  );
}

/** Says what is wrong; what was read before stays in sight below. */
function Trouble() {
  const trouble = library.trouble.value;
  if (trouble === null) return null;
  const offline = library.offline.value;
  return (
    <div class={`trouble ${offline ? "offline" : ""}`} role="alert">
      {offline ? <span class="spinner" /> : <Icon name="warning" />}
      <div class="grow">
        <strong>{offline ? "The server does not answer" : "The projects cannot be listed"}</strong>
        <p>
          {offline
            ? "Trying again every few seconds. Check that mattebox serve is running on this machine."
            : trouble}
        </p>
      </div>
      <button type="button" class="button" onClick={() => void library.load()}>
        <Icon name="retry" />
        Try now
      </button>
    </div>
  );
}

function Card({ project }: { project: ProjectSummary }) {
  const [renaming, setRenaming] = useState(false);
  const [pictured, setPictured] = useState(true);
  return (
    <li class="card">
      <a class="card-open" data-renames href={formatRoute({ project: project.id, frame: 0 })}>
        {pictured ? (
          <img
            class="card-picture"
            src={project.thumbnail}
            alt=""
            loading="lazy"
            onError={() => setPictured(false)}
          />
        ) : (
          <span class="card-picture missing">
            <Icon name="film" />
          </span>
        )}
        <span class="card-length numbers">{formatDuration(project.duration_s)}</span>
        {!renaming && (
          <span class="card-text">
            <span class="card-name">{project.name}</span>
            <span class="dim numbers">
              {formatFrames(project.frame_count)} · {formatAgo(project.created, Date.now())}
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
