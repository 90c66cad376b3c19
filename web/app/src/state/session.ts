/**
 * One open project: everything the editor shows, and the order in which the server hears of it.
 * Views read signals and call actions; only actions write.
 */

import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import * as client from "../api/client";
import { listen } from "../api/events";
import { describe, Problem } from "../api/problem";
import type {
  EditedProject,
  ExportJob,
  FrameTable,
  History,
  Project,
  ProjectObject,
  Revision,
  SegmentEvent,
  Work,
} from "../api/types";
import { hasStale, objectOf } from "../logic/clicks";
import { EMPTY_DRAFT, type Draft } from "../logic/draft";
import type { Confidence } from "../logic/confidence";
import { appliedObjects, hasRemoved } from "../logic/exports";
import type { Fix } from "../logic/gain";
import { deedsOf, type Deeds } from "../logic/history";
import type { Change } from "../logic/revisions";
import { count as countFrames, subtract, type Range } from "../logic/ranges";
import { isUndecided, madeFrames, tell, undecidedFrames, type Told } from "../logic/ready";
import type { TimeWindow } from "../logic/timeline";
import type { Size, Viewport } from "../logic/viewport";
import type { Tool } from "../tools/types";
import { noteConfidence } from "./confidence";
import { Edges } from "./edges";
import { announceExport, recallExports, recheckExport, type ExportChoice } from "./exporting";
import { resetLatencies } from "./latency";
import type { LiveMasks } from "./masks";
import { dismiss, notify, type Notice } from "./notices";
import type { Playback } from "./playback";
import { ShownRevision } from "./shown-revision";
import { Toolbox } from "./toolbox";

export type ViewKind = "overlay" | "cutout" | "matte" | "original";
export type Backdrop = "checkerboard" | "color" | "key";

/** Another revision shown left of `position`, a share (0..1) of the picture's width. */
export interface Compare {
  readonly revision: number;
  readonly position: number;
}

export class Session {
  readonly project = signal<Project | null>(null);
  readonly table = signal<FrameTable | null>(null);
  /** Why the project cannot be shown at all. */
  readonly failure = signal<string | null>(null);
  /** Whether it is that there is no such project (any more). */
  readonly gone = signal(false);
  readonly connected = signal(true);
  readonly busy = signal(0);
  readonly work = signal<Work | null>(null);
  readonly edges = new Edges(this);
  readonly shownRevision = new ShownRevision(this);
  readonly draft = signal<Draft>(EMPTY_DRAFT);
  readonly playback = signal<Playback | null>(null);

  readonly tool = signal<Tool>("include");
  readonly toolbox = new Toolbox();
  readonly view = signal<ViewKind>("overlay");
  readonly opacity = signal(0.5);
  readonly outline = signal(true);
  readonly backdrop = signal<Backdrop>("checkerboard");
  readonly backdropColor = signal("#808080");
  readonly keyColor = signal("#00ff00");
  /** The original is shown left of this share (0..1) of the picture's width; null: no wipe. */
  readonly wipe = signal<number | null>(null);
  readonly compare = signal<Compare | null>(null);
  readonly pointsShown = signal(true);
  /** The one object that is shown while it is set, whatever is hidden. */
  readonly solo = signal<string | null>(null);
  readonly objectId = signal<string | null>(null);
  readonly clickId = signal<string | null>(null);
  /** The keyframe that was chosen on the timeline, while its frame is sought or shown. */
  readonly keyframe = signal<{ readonly object: string; readonly frame: number } | null>(null);
  readonly marks = signal<{ in: number | null; out: number | null }>({ in: null, out: null });
  /** Whether playing goes from in to out again and again. */
  readonly loops = signal(false);
  readonly dialog = signal<"export" | "help" | null>(null);
  /** Whether the read-out of the place is a field to type in. */
  readonly typesPlace = signal(false);
  /** The export that runs or has just ended, and the finished ones before it. */
  readonly exportJob = signal<ExportJob | null>(null);
  readonly exported = signal<readonly ExportJob[]>([]);
  /** What was chosen for the last one. */
  readonly exportChoice = signal<ExportChoice | null>(null);
  /** What the followed export shows, as `exportBasis` tells it. */
  readonly exportBasis = signal<string | null>(null);

  /** The stage's size in CSS pixels and where the picture lies within it. */
  readonly stage = signal<Size>({ width: 0, height: 0 });
  readonly viewport = signal<Viewport>({ x: 0, y: 0, scale: 1 });
  readonly fitted = signal(true);
  readonly spaceHeld = signal(false);
  readonly spacePanned = signal(false);

  /** What of the clip the timeline shows; null: all. */
  readonly timeWindow = signal<TimeWindow | null>(null);
  /** The frame that a hand on the timeline asks for. */
  readonly scrub = signal<number | null>(null);
  /** How sure each object's masks are, frame by frame, in the revision that is shown. */
  readonly confidence = signal<Readonly<Record<string, Confidence>>>({});
  /** The selected object's frames that are worth a correction, the most gaining first. */
  readonly fixes = signal<readonly Fix[]>([]);

  /** The revisions that were applied, oldest first; null: not read yet. And what changed in each. */
  readonly revisions = signal<readonly Revision[] | null>(null);
  readonly changes = signal<Readonly<Record<number, Change>>>({});

  /** The newest steps, as far as the panel has read them; null: not read yet. */
  readonly history = signal<History | null>(null);
  /** The version of the project whose steps they are. */
  readonly historyVersion = signal<number | null>(null);
  /** What undo and redo would do: known once the history of what the page shows is read. */
  readonly deeds: ReadonlySignal<Deeds> = computed(() => {
    const isKnown = this.historyVersion.value === this.project.value?.version;
    return isKnown && this.history.value ? deedsOf(this.history.value) : { undo: null, redo: null };
  });

  /** Segments of each object's matte that became ready since the manifest was asked for. */
  readonly told = signal<Told>({});

  readonly frame: ReadonlySignal<number> = computed(() => this.playback.value?.frame.value ?? 0);
  readonly object: ReadonlySignal<ProjectObject | null> = computed(() =>
    objectOf(this.project.value, this.objectId.value),
  );
  /** The objects that the stage draws. */
  readonly shownObjects: ReadonlySignal<ReadonlySet<string>> = computed(() => {
    const solo = this.solo.value;
    const objects = this.project.value?.objects ?? [];
    const shown = objects.filter(({ id, visible }) => (solo === null ? visible : id === solo));
    return new Set(shown.map(({ id }) => id));
  });
  readonly stale: ReadonlySignal<readonly Range[]> = computed(() => this.object.value?.stale ?? []);
  /** Frame ranges of the selected object whose matte answers at once and is up to date. */
  readonly ready: ReadonlySignal<readonly Range[]> = computed(() =>
    this.object.value ? this.readyOf(this.object.value) : [],
  );
  /** The objects that an export can hold: applied, and not removed since. */
  readonly applied: ReadonlySignal<readonly string[]> = computed(() =>
    appliedObjects(this.project.value, this.playback.value?.manifest.value ?? null),
  );
  /** How many frames of any object the revision promises that are not made. */
  readonly missing: ReadonlySignal<number> = computed(() => {
    const count = this.project.value?.clip.frame_count ?? 0;
    const made = this.applied.value.map((object) => countFrames(this.madeRanges(object)));
    return made.reduce((most, frames) => Math.max(most, count - frames), 0);
  });
  /** Whether the manifest at hand is that of the project's revision. */
  readonly current: ReadonlySignal<boolean> = computed(
    () => this.playback.value?.manifest.value?.revision === this.project.value?.revision,
  );
  /** Cuts are still being looked for that decide the mattes under the playhead. */
  readonly awaitsCuts: ReadonlySignal<boolean> = computed(() =>
    isUndecided(this.playback.value?.manifest.value, this.frame.value),
  );
  readonly canApply: ReadonlySignal<boolean> = computed(() => {
    const project = this.project.value;
    const manifest = this.playback.value?.manifest.value ?? null;
    return project !== null && (hasStale(project) || hasRemoved(project, manifest));
  });
  readonly working: ReadonlySignal<boolean> = computed(() => this.work.value?.state === "running");

  /** The masks drawn over the matte stream, while there is a stage. */
  masks: LiveMasks | null = null;

  /** The object that was asked for last and will be selected, once it is made; "" if it is not. */
  coming: Promise<string> | null = null;

  /** The newest version that the server spoke of. */
  private announced = 0;
  /** The clip's cuts may have become known since the project was read. */
  private cutsToRead = false;
  private offlineNotice: number | null = null;
  private queue: Promise<void> = Promise.resolve();
  private stopListening: (() => void) | null = null;
  /** Messages with something to do in this project. */
  private readonly offers: number[] = [];
  private disposed = false;

  constructor(readonly id: string) {}

  /** Reads the project and follows its events from now on. */
  async open(): Promise<void> {
    resetLatencies();
    try {
      const [project, table] = await Promise.all([
        client.readProject(this.id),
        client.readFrameTable(this.id),
      ]);
      if (this.disposed) return;
      batch(() => {
        this.failure.value = null;
        this.gone.value = false;
        this.table.value = table;
        this.project.value = project;
      });
      document.title = `${project.name} · Mattebox`;
      if (table.damage !== null) notify(table.damage);
      this.listen();
      void recallExports(this);
    } catch (error) {
      this.fail(error);
    }
  }

  attach(playback: Playback, firstFrame: number): void {
    this.playback.value?.dispose();
    this.playback.value = playback;
    this.shownRevision.restart();
    playback.open(firstFrame).catch((error: unknown) => {
      // What the stage itself tells of leaves the rest of the page as it is.
      const told = playback.trouble.value?.fatal === true;
      if (!this.disposed && !told) this.failure.value = describe(error);
    });
  }

  dispose(): void {
    this.disposed = true;
    this.offers.forEach(dismiss);
    this.shownRevision.dispose();
    this.edges.dispose();
    this.stopListening?.();
    this.playback.value?.dispose();
    document.title = "Mattebox";
  }

  /** Shows a message with something to do, which is offered as long as the project is open. */
  offer(text: string, kind: Notice["kind"], action: NonNullable<Notice["action"]>): number {
    if (this.disposed) return notify(text, kind);
    const notice = notify(text, kind, action);
    this.offers.push(notice);
    return notice;
  }

  /**
   * Runs commands one after the other, in the order they were given. A refusal is shown as the
   * server's sentence, and the state is read anew.
   */
  run(command: () => Promise<Project | EditedProject | null>, settled?: () => void): Promise<void> {
    this.busy.value += 1;
    const result = this.queue.then(async () => {
      try {
        const project = await command();
        // Read first, so that they go to the player before the page is rendered anew.
        if (project && "masks" in project) await this.masks?.take(project.masks);
        batch(() => {
          settled?.();
          if (project) this.accept(project);
        });
      } catch (error) {
        settled?.();
        const notice = notify(describe(error), "error");
        if (error instanceof Problem && error.isOffline) this.offlineNotice = notice;
        else await this.refresh();
      } finally {
        this.busy.value -= 1;
        this.catchUp();
      }
    });
    this.queue = result;
    return result;
  }

  /** Takes an answer, unless a newer one came before it. */
  accept(answer: Project | EditedProject): void {
    const project: Project & { masks?: unknown } = { ...answer };
    delete project.masks;
    const current = this.project.value;
    if (this.disposed || (current && project.version < current.version)) return;
    this.project.value = project;
    this.edges.resume();
    this.shownRevision.expect(project.revision, false);
  }

  async refresh(): Promise<void> {
    const { named } = this.shownRevision;
    try {
      const project = await client.readProject(this.id);
      if (named === this.shownRevision.named) this.accept(project);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.fail(error);
    }
  }

  private fail(error: unknown): void {
    batch(() => {
      this.gone.value = error instanceof Problem && error.status === 404;
      this.failure.value = describe(error);
    });
  }

  /** Reads what another page changed; what this page is changing comes with its answers. */
  private catchUp(): void {
    const { version = 0, clip } = this.project.value ?? {};
    const cutsCame = this.cutsToRead && clip?.shots === null;
    if (this.busy.value > 0 || !(cutsCame || this.announced > version)) return;
    this.cutsToRead = false;
    void this.refresh();
  }

  private listen(): void {
    this.stopListening?.();
    this.stopListening = listen(this.id, {
      project: ({ version }) => {
        // That the cuts are known is told as well, and makes no new version.
        const known = Math.max(this.announced, this.project.value?.version ?? 0);
        this.cutsToRead ||= version <= known;
        if (this.cutsToRead && this.project.value?.clip.shots === null) this.shownRevision.noteCuts();
        this.announced = Math.max(this.announced, version);
        this.catchUp();
      },
      revision: ({ revision }) => {
        if (revision !== this.project.value?.revision && this.busy.value === 0) void this.refresh();
        this.shownRevision.noteDecisions();
      },
      segment: (event) => this.segmentReady(event),
      work: (work) => {
        this.work.value = work;
        if (work.state === "failed" && work.detail) notify(work.detail, "error");
        // All is made; should an event have gone by, the manifest knows.
        if (work.state === "idle" && this.missing.value > 0) void this.resync();
      },
      export: (progress) => {
        const job = this.exportJob.value;
        if (job?.id !== progress.id) return;
        this.exportJob.value = { ...job, ...progress };
        announceExport(this, progress);
      },
      begun: () => void this.refresh(),
      resync: () => void this.resync(),
      connection: (connected) => {
        this.connected.value = connected;
        if (connected && this.offlineNotice !== null) dismiss(this.offlineNotice);
      },
    });
  }

  private async resync(): Promise<void> {
    const { named } = this.shownRevision;
    await this.refresh();
    if (named === this.shownRevision.named) await this.shownRevision.showAnew();
    await recheckExport(this);
  }

  private segmentReady({ object, segment, address, confidence }: SegmentEvent): void {
    this.playback.value?.markReady(object, segment, address);
    if (object === null) return;
    this.told.value = tell(this.told.value, object, segment, address);
    const manifest = this.playback.value?.manifest.value;
    const matte = manifest?.objects.find((entry) => entry.id === object)?.matte;
    // An address of another revision says nothing about the one that is shown.
    if (!manifest || matte?.addresses[segment] !== address) return;
    if (confidence) noteConfidence(this, object, segment * manifest.grid.length, confidence);
  }

  /** Frame ranges of an object whose matte answers at once and is up to date. */
  readyOf(object: ProjectObject): readonly Range[] {
    return subtract(this.madeRanges(object.id), object.stale);
  }

  /** Frame ranges of an object's matte that cuts decide which are still looked for. */
  undecidedOf(object: string): readonly Range[] {
    return undecidedFrames(this.playback.value?.manifest.value, object);
  }

  private madeRanges(object: string): readonly Range[] {
    return madeFrames(this.playback.value?.manifest.value, this.told.value, object);
  }
}
