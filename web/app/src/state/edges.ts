/** How objects' edges are set: live while a hand moves, one step to undo when it rests. */

import { signal } from "@preact/signals";
import * as client from "../api/client";
import { Problem } from "../api/problem";
import type { Project, ProjectObject } from "../api/types";
import { dismiss, notify } from "./notices";
import type { Session } from "./session";

/** As the server has it. The player, which knows no server, has a type of its own that this one fits. */
export type Edge = ProjectObject["edge"];
export type EdgeName = keyof Edge;

export const NEUTRAL_EDGE: Edge = {
  clip_black: 0,
  clip_white: 1,
  smooth: 0,
  grow: 0,
  feather: 0,
  despill: 0,
};

/** Clip white is at least this much over clip black. */
const GAP = 0.05;
/** After the last key that changed a value, ms. */
const PAUSE_MS = 700;
/** From one try to reach a server that did not answer to the next, ms. */
const RETRY_MS = 2000;

/** From and to; a slider spans the part that is used most, a field takes all. */
export interface Limits {
  readonly least: number;
  readonly most: number;
  readonly slider: readonly [number, number];
}

/** What a value may be; lengths depend on the height of the source. */
export function limitsOf(name: EdgeName, height: number): Limits {
  const part = (share: number) => Math.floor(height * share * 100) / 100;
  const upTo = (most: number, far: number): Limits => ({ least: 0, most, slider: [0, far] });
  switch (name) {
    case "clip_black":
      return upTo(0.9, 0.9);
    case "clip_white":
      return { least: 0.1, most: 1, slider: [0.1, 1] };
    case "despill":
      return upTo(1, 1);
    case "smooth":
      return upTo(part(1 / 50), part(1 / 120));
    case "feather":
      return upTo(part(1 / 20), part(1 / 60));
    case "grow": {
      const [most, far] = [part(1 / 20), part(1 / 120)];
      return { least: -most, most, slider: [-far, far] };
    }
  }
}

/** With another value, as near as it may be; the other end of the clip gives way to it. */
export function withValue(edge: Edge, name: EdgeName, value: number, height: number): Edge {
  const { least, most } = limitsOf(name, height);
  const fine = name === "smooth" || name === "grow" || name === "feather" ? 100 : 1000;
  const near = (number: number) => Math.round(number * fine) / fine;
  const changed = { ...edge, [name]: Math.min(most, Math.max(least, near(value))) };
  if (name === "clip_black") {
    return { ...changed, clip_white: Math.max(edge.clip_white, near(changed.clip_black + GAP)) };
  }
  if (name !== "clip_white") return changed;
  const black = near(changed.clip_white - GAP);
  return { ...changed, clip_black: Math.min(edge.clip_black, black) };
}

export function isNeutral(edge: Edge): boolean {
  return isSame(edge, NEUTRAL_EDGE);
}

export function isSame(a: Edge, b: Edge): boolean {
  return NAMES.every((name) => a[name] === b[name]);
}

const NAMES = Object.keys(NEUTRAL_EDGE) as EdgeName[];

/** With lengths in pixels of the picture that is shown, as the player takes them. */
export function shownEdge(edge: Edge, { height, source_height }: Project["clip"]): Edge {
  const scale = height / source_height;
  const { smooth, grow, feather } = edge;
  return { ...edge, smooth: smooth * scale, grow: grow * scale, feather: feather * scale };
}

/** What is not neutral, in words. */
export function wordsOf(edge: Edge): string {
  const pixels = (value: number) => `${Math.abs(value)} px`;
  const percent = (value: number) => `${Math.round(value * 1000) / 10} %`;
  const words = [
    [edge.grow !== 0, `${edge.grow > 0 ? "grow" : "shrink"} ${pixels(edge.grow)}`],
    [edge.feather !== 0, `feather ${pixels(edge.feather)}`],
    [edge.smooth !== 0, `smooth ${pixels(edge.smooth)}`],
    [edge.clip_black !== 0, `clip black ${percent(edge.clip_black)}`],
    [edge.clip_white !== 1, `clip white ${percent(edge.clip_white)}`],
    [edge.despill !== 0, `despill ${percent(edge.despill)}`],
  ] as const;
  return words.flatMap(([isSet, word]) => (isSet ? [word] : [])).join(", ");
}

/** What an export says of these objects' edges; null: all are neutral. */
export function edgesIn(objects: readonly ProjectObject[]): string | null {
  const set = objects.filter(({ edge }) => !isNeutral(edge));
  if (set.length === 0) return null;
  return `Edges as set for ${set.map(({ name, edge }) => `${name}: ${wordsOf(edge)}`).join("; ")}`;
}

/** What was set of an edge, in the order it was set in. */
type Changes = ReadonlyMap<EdgeName, number>;

export class Edges {
  /** What the server has not answered to, by object. */
  private readonly drafts = signal<ReadonlyMap<string, Changes>>(new Map());
  /** The drafts that are on their way, or wait for the server to be back. */
  private readonly sent = new Map<string, Changes>();
  /** The objects whose draft waits: it builds on nothing that the server would have to know. */
  private readonly waiting = new Set<string>();
  /** What was said of that. */
  private notice: number | null = null;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;

  constructor(private readonly session: Session) {}

  /** Whether anything that is shown has not come to the server. */
  get unsaved(): boolean {
    return this.drafts.peek().size > 0;
  }

  /** An object's edge as it is shown. */
  of({ id, edge }: ProjectObject): Edge {
    const changes = this.drafts.value.get(id);
    return changes ? this.changed(edge, changes) : edge;
  }

  /** Shows another value at once. */
  change({ id }: ProjectObject, name: EdgeName, value: number): void {
    const changes = new Map(this.drafts.peek().get(id));
    // Of two values that do not go together the last one holds.
    changes.delete(name);
    this.show(id, changes.set(name, value));
  }

  /** Makes what is shown a step, unless it changes again soon. */
  commitSoon(): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.commit(), PAUSE_MS);
  }

  /** Makes what is shown a step that can be undone, if it is another edge. */
  commit(): void {
    clearTimeout(this.pause);
    for (const id of this.drafts.peek().keys()) this.send(id);
  }

  /** Shows again what an object's edge was when it was last made a step. */
  drop({ id }: ProjectObject): void {
    clearTimeout(this.pause);
    const drafts = new Map(this.drafts.peek());
    const sent = this.sent.get(id);
    if (sent) drafts.set(id, sent);
    else drafts.delete(id);
    this.drafts.value = drafts;
  }

  /** Makes steps of what waits for the server, unless it is still away. */
  resume(): void {
    clearTimeout(this.retry);
    for (const id of this.waiting) {
      const changes = this.sent.get(id);
      if (changes) this.post(id, changes);
    }
    this.waiting.clear();
  }

  /** Ends the waiting, and tells of what comes to nothing with it. */
  dispose(): void {
    this.disposed = true;
    clearTimeout(this.retry);
    if (this.waiting.size === 0) return;
    this.dismissNotice();
    notify("The server did not answer: the edge that was kept here is lost.", "error");
  }

  set({ id }: ProjectObject, edge: Edge): void {
    this.show(id, new Map(NAMES.map((name) => [name, edge[name]])));
    this.commit();
  }

  /** Gives all objects that are not locked the edge of one, as one step. */
  useForAll(object: ProjectObject): void {
    this.commit();
    const { session } = this;
    void session.run(async () => {
      const objects = session.project.value?.objects ?? [];
      const edge = objects.find(({ id }) => id === object.id)?.edge;
      if (!edge) return null;
      const others = objects.filter((other) => !other.locked && !isSame(other.edge, edge));
      if (others.length === 0) return null;
      return client.shareEdge(
        session.id,
        others.map(({ id }) => id),
        edge,
      );
    });
  }

  private show(id: string, changes: Changes): void {
    for (const other of this.drafts.peek().keys()) if (other !== id) this.send(other);
    clearTimeout(this.pause);
    this.drafts.value = new Map(this.drafts.peek()).set(id, changes);
  }

  /** What others set meanwhile stays as they set it. */
  private changed(edge: Edge, changes: Changes): Edge {
    const height = this.session.project.value?.clip.source_height ?? 0;
    return [...changes].reduce((last, [name, value]) => withValue(last, name, value, height), edge);
  }

  private send(id: string): void {
    const changes = this.drafts.peek().get(id);
    if (changes && changes !== this.sent.get(id)) this.post(id, changes);
  }

  private post(id: string, changes: Changes): void {
    const { session } = this;
    let waits = false;
    this.sent.set(id, changes);
    void session.run(
      async () => {
        const object = session.project.value?.objects.find((one) => one.id === id);
        const edge = object && this.changed(object.edge, changes);
        if (!edge || isSame(object.edge, edge)) return null;
        try {
          return await client.updateObject(session.id, id, { edge });
        } catch (error) {
          waits = error instanceof Problem && error.isOffline && !this.disposed;
          if (!waits) throw error;
          this.notice ??= notify("The server does not answer: the edge is kept here and set when it is back.");
          return null;
        }
      },
      () => {
        if (!waits) this.settle(id, changes);
        else if (this.sent.get(id) === changes) this.wait(id);
      },
    );
  }

  /** An outage may be too short to be noticed by anyone else, so nobody need tell that it is over. */
  private wait(id: string): void {
    this.waiting.add(id);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.resume(), RETRY_MS);
  }

  /** Leaves in the draft what was set since. */
  private settle(id: string, changes: Changes): void {
    if (this.sent.get(id) === changes) this.sent.delete(id);
    if (this.sent.size === 0) this.dismissNotice();
    const drafts = new Map(this.drafts.peek());
    const since = [...(drafts.get(id) ?? [])].filter(([name, value]) => changes.get(name) !== value);
    if (since.length > 0) drafts.set(id, new Map(since));
    else drafts.delete(id);
    this.drafts.value = drafts;
  }

  private dismissNotice(): void {
    if (this.notice !== null) dismiss(this.notice);
    this.notice = null;
  }
}
