/** The projects view's state: recent projects and uploads. */

import { signal } from "@preact/signals";
import * as client from "../api/client";
import { describe, Problem } from "../api/problem";
import type { ProjectSummary } from "../api/types";
import {
  forgetUnfinished,
  listUnfinished,
  upload,
  type RunningUpload,
  type UnfinishedUpload,
} from "../api/uploads";
import { dismiss, notify } from "./notices";
import { openProject, route } from "./route";

export interface UploadItem {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly state: "sending" | "waiting" | "reading" | "failed";
  readonly detail: string | null;
}

const UNDO_MS = 7000;
const RETRY_MS = 4000;

export const projects = signal<readonly ProjectSummary[] | null>(null);
export const trouble = signal<string | null>(null);
/** Whether the trouble is that nobody answers. */
export const offline = signal(false);
export const uploads = signal<readonly UploadItem[]>([]);
export const unfinished = signal<readonly UnfinishedUpload[]>([]);
export const makingSample = signal(false);

const running = new Map<number, RunningUpload>();
const deleting = new Set<string>();
let lastUpload = 0;
let lastLoad = 0;

/** Reads the list, and again while the server does not answer, until the returned function is called. */
export function follow(): () => void {
  void load();
  const timer = setInterval(() => {
    if (offline.value) void load();
  }, RETRY_MS);
  return () => clearInterval(timer);
}

/** Reads the list of projects and of uploads that an earlier visit left unfinished. */
export async function load(): Promise<void> {
  const load = (lastLoad += 1);
  try {
    const all = await client.listProjects();
    // An answer that was overtaken would bring back an old name.
    if (load !== lastLoad) return;
    projects.value = all.filter((project) => !deleting.has(project.id));
    trouble.value = null;
    offline.value = false;
  } catch (error) {
    trouble.value = describe(error);
    offline.value = error instanceof Problem && error.isOffline;
  }
  await refreshUnfinished();
}

export async function createSample(): Promise<void> {
  if (makingSample.value) return;
  makingSample.value = true;
  try {
    openProject((await client.createSampleProject()).id);
  } catch (error) {
    notify(describe(error), "error");
  } finally {
    makingSample.value = false;
  }
}

/** Starts uploading each file; the first to finish opens if nothing else was opened meanwhile. */
export function addFiles(files: Iterable<File>): void {
  for (const file of files) start(file);
}

function start(file: File): void {
  const id = (lastUpload += 1);
  const item: UploadItem = {
    id,
    name: file.name,
    size: file.size,
    sent: 0,
    state: "sending",
    detail: null,
  };
  uploads.value = [...uploads.value, item];
  running.set(
    id,
    upload(file, {
      progress: (sent) => change(id, { sent, state: "sending" }),
      waiting: () => change(id, { state: "waiting" }),
      reading: () => change(id, { sent: file.size, state: "reading" }),
      failed: (detail) => change(id, { state: "failed", detail }),
      done: (project) => finish(id, project),
    }),
  );
}

function finish(id: number, project: string): void {
  drop(id);
  const others = uploads.value.some((item) => item.state !== "failed");
  if (route.value.project === null && !others) openProject(project);
  else void load();
}

export function cancelUpload(id: number): void {
  running.get(id)?.cancel();
  drop(id);
  void refreshUnfinished();
}

export async function discardUnfinished(key: string): Promise<void> {
  await forgetUnfinished(key);
  await refreshUnfinished();
}

async function refreshUnfinished(): Promise<void> {
  const active = new Set(uploads.value.map((item) => `${item.name} ${item.size}`));
  const all = await listUnfinished();
  unfinished.value = all.filter((entry) => !active.has(`${entry.name} ${entry.size}`));
}

export async function rename(project: string, name: string): Promise<void> {
  const trimmed = name.trim();
  const before = projects.value;
  if (!before || !trimmed) return;
  lastLoad += 1;
  projects.value = before.map((entry) =>
    entry.id === project ? { ...entry, name: trimmed } : entry,
  );
  try {
    await client.renameProject(project, trimmed);
    await load();
  } catch (error) {
    projects.value = before;
    notify(describe(error), "error");
  }
}

/** Hides the project at once and deletes it when the offer to undo has passed. */
export function remove(project: ProjectSummary): void {
  deleting.add(project.id);
  projects.value = (projects.value ?? []).filter((entry) => entry.id !== project.id);
  const timer = setTimeout(() => void commitRemoval(project), UNDO_MS);
  const notice = notify(`Deleted “${project.name}”.`, "info", {
    label: "Undo",
    run: () => {
      clearTimeout(timer);
      deleting.delete(project.id);
      dismiss(notice);
      void load();
    },
  });
}

async function commitRemoval(project: ProjectSummary): Promise<void> {
  try {
    await client.deleteProject(project.id);
  } catch (error) {
    notify(describe(error), "error");
  } finally {
    deleting.delete(project.id);
    await load();
  }
}

function change(id: number, part: Partial<UploadItem>): void {
  uploads.value = uploads.value.map((item) => (item.id === id ? { ...item, ...part } : item));
}

function drop(id: number): void {
  running.delete(id);
  uploads.value = uploads.value.filter((item) => item.id !== id);
}
