/** Typed requests to a Mattebox server. Each rejects with a {@link Problem}. */

import type { RevisionManifest } from "../logic/revisions";
import { Problem, problemOf } from "./problem";
import { UNANSWERED } from "./reach";
import type {
  Confidence,
  EditedProject,
  ExportJob,
  ExportRequest,
  FrameTable,
  History,
  NewClick,
  NewPrompt,
  ObjectChange,
  Project,
  ProjectObject,
  ProjectSummary,
  Revision,
} from "./types";

const BASE = "/api/v1";

export const UPLOADS = `${BASE}/uploads`;

export const listProjects = async (): Promise<readonly ProjectSummary[]> =>
  (await get<{ projects: readonly ProjectSummary[] }>("/projects")).projects;

export const createSampleProject = () => send<Project>("POST", "/projects", { sample: true });

export const readProject = (project: string) => get<Project>(`/projects/${project}`);

export const renameProject = (project: string, name: string) =>
  send<Project>("PATCH", `/projects/${project}`, { name });

export const deleteProject = (project: string) => send<null>("DELETE", `/projects/${project}`);

export const readFrameTable = (project: string) =>
  get<FrameTable>(`/projects/${project}/frame-table`);

/** Stands for an object that does not exist yet: what is marked for it makes it. */
export const NEW_OBJECT = "new";

export const addObject = (project: string) => send<Project>("POST", `/projects/${project}/objects`, {});

export const updateObject = (project: string, object: string, change: ObjectChange) =>
  send<Project>("PATCH", `/projects/${project}/objects/${object}`, change);

/** Gives several objects the same edge, as one step. */
export const shareEdge = (project: string, objects: readonly string[], edge: ProjectObject["edge"]) =>
  send<Project>("PATCH", `/projects/${project}/objects`, { objects, edge });

/** Puts the objects in another order; `objects` holds the ids of all of them. */
export const orderObjects = (project: string, objects: readonly string[]) =>
  send<Project>("PUT", `/projects/${project}/objects/order`, { objects });

export const deleteObject = (project: string, object: string) =>
  send<Project>("DELETE", `/projects/${project}/objects/${object}`);

export const addClick = (project: string, object: string, frame: number, click: NewClick) =>
  send<EditedProject>("POST", `${keyframeAt(project, object, frame)}/clicks`, click);

export const updateClick = (
  project: string,
  object: string,
  frame: number,
  click: string,
  change: Partial<NewClick>,
) => send<EditedProject>("PATCH", `${keyframeAt(project, object, frame)}/clicks/${click}`, change);

export const deleteClick = (project: string, object: string, frame: number, click: string) =>
  send<EditedProject>("DELETE", `${keyframeAt(project, object, frame)}/clicks/${click}`);

export const addPrompt = (project: string, object: string, frame: number, prompt: NewPrompt) =>
  send<EditedProject>("POST", `${keyframeAt(project, object, frame)}/prompts`, prompt);

export const deletePrompt = (project: string, object: string, frame: number, prompt: string) =>
  send<EditedProject>("DELETE", `${keyframeAt(project, object, frame)}/prompts/${prompt}`);

/** Keeps the matte shown on a frame as a keyframe or, `absent`, says that the object is not there. */
export const keepFrame = (project: string, object: string, frame: number, absent = false) =>
  send<Project>("POST", `${keyframeAt(project, object, frame)}/keyframe`, { absent });

export const deleteKeyframe = (project: string, object: string, frame: number) =>
  send<Project>("DELETE", keyframeAt(project, object, frame));

export const undo = (project: string) => send<Project>("POST", `/projects/${project}/undo`);

export const redo = (project: string) => send<Project>("POST", `/projects/${project}/redo`);

/** The newest steps whose number is below `before`, the oldest first. */
export const readHistory = (project: string, before: number | null) =>
  get<History>(`/projects/${project}/history${before === null ? "" : `?before=${before}`}`);

/** Undoes or redoes everything up to a step, by its id. */
export const goToStep = (project: string, step: number) =>
  send<Project>("POST", `/projects/${project}/history/${step}`);

export const apply = (project: string, playhead: number) =>
  send<{ revision: number }>("POST", `/projects/${project}/apply`, { playhead });

export const listRevisions = async (project: string): Promise<readonly Revision[]> =>
  (await get<{ revisions: readonly Revision[] }>(`/projects/${project}/revisions`)).revisions;

/** The manifest of one revision, as the panel of revisions compares it. */
export const readManifest = (project: string, revision: number) =>
  get<RevisionManifest>(`/projects/${project}/manifest?revision=${revision}`);

/** Makes everything as it was when a revision was applied; undo takes that back. */
export const restoreRevision = (project: string, revision: number) =>
  send<Project>("POST", `/projects/${project}/revisions/${revision}/restore`);

export const cancelWork = (project: string) => send<null>("DELETE", `/projects/${project}/work`);

/** How sure the network was of each frame of a matte, 0 to 1; null where none is made. */
export const readConfidence = (project: string, object: string, revision?: number) =>
  get<Confidence>(
    `/projects/${project}/objects/${object}/confidence${revision === undefined ? "" : `?revision=${revision}`}`,
  );

export const listExports = async (project: string): Promise<readonly ExportJob[]> =>
  (await get<{ exports: readonly ExportJob[] }>(`/projects/${project}/exports`)).exports;

export const startExport = (project: string, request: ExportRequest) =>
  send<ExportJob>("POST", `/projects/${project}/exports`, request);

export const readExport = (project: string, job: string) =>
  get<ExportJob>(`/projects/${project}/exports/${job}`);

export const cancelExport = (project: string, job: string) =>
  send<null>("DELETE", `/projects/${project}/exports/${job}`);

/** The project made from a finished upload, or null while the server still reads the file. */
export async function readIngest(upload: string): Promise<string | null> {
  const response = await request("GET", `/ingests/${upload}`);
  if (response.status === 202) return null;
  return ((await response.json()) as { project: string }).project;
}

export const manifestAddress = (project: string) => `${BASE}/projects/${project}/manifest`;
export const eventsAddress = (project: string) => `${BASE}/projects/${project}/events`;
/** A frame at working size, or as a picture of a given height (16 to 720) for filmstrips. */
export const frameAddress = (project: string, frame: number, height?: number) =>
  `${BASE}/projects/${project}/frames/${frame}.jpg${height === undefined ? "" : `?height=${height}`}`;
/** Has what a click on a frame needs prepared, so that it is answered sooner. */
export const prepare = (project: string, object: string, frame: number) =>
  send<null>("POST", `${keyframeAt(project, object, frame)}/ready`);

/**
 * Where the mask of one more click is had as a grey PNG without making the click. Answers 204 where
 * a newer request came in between: then there is nothing to show.
 */
export const hoverAddress = (project: string, object: string, frame: number, click: NewClick) =>
  `${BASE}${keyframeAt(project, object, frame)}/hover` +
  `?x=${click.x}&y=${click.y}&include=${click.include}`;
export const exportAddress = (project: string, job: string) =>
  `${BASE}/projects/${project}/exports/${job}/file`;

const keyframeAt = (project: string, object: string, frame: number) =>
  `/projects/${project}/objects/${object}/frames/${frame}`;

async function get<T>(path: string): Promise<T> {
  return (await (await request("GET", path)).json()) as T;
}

async function send<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await request(method, path, body);
  return (response.status === 204 ? null : await response.json()) as T;
}

async function request(method: string, path: string, body?: object): Promise<Response> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(BASE + path, init);
  } catch {
    dispatchEvent(new Event(UNANSWERED));
    throw new Problem(0, "The server does not answer; check that it runs, then try again.");
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}
