/** What a picture of the bar-code clip must show, and what is wrong with one that does not. */

import type { Side, View, Wipe } from "@mattebox/player";
import { bitAt, CELLS, type ObjectId, type Row } from "./barcode";
import type { Look, Reading } from "./harness";

/** Frames whose mattes revision 2 replaced, and the code in revision 1 (`support/fixture.py`). */
const OBJECTS: Record<ObjectId, { readonly changed: readonly [number, number]; readonly code: number }> = {
  o1: { changed: [24, 72], code: 1 },
  o2: { changed: [48, 84], code: 3 },
};

/** Bar codes of the objects that are drawn on one side of the wipe. */
type Drawn = ReadonlyMap<ObjectId, number>;

/** 0, 1, or null where nothing can be read. */
type Bit = number | null;

/** The bar code in the matte of an object's frame in a revision. */
export function matteOf(id: ObjectId, frame: number, revision: number): number {
  const { changed, code } = OBJECTS[id];
  const again = revision === 2 && frame >= changed[0] && frame < changed[1];
  return frame * 16 + code + (again ? 1 : 0);
}

/** What one cell of a row shows, where these objects are drawn. */
function bitOf(row: Row, frame: number, cell: number, drawn: Drawn, view: View["kind"]): Bit {
  const bare = drawn.size === 0 || view === "original";
  const code = row === "plate" ? undefined : drawn.get(row);
  if (row === "plate") {
    const own = bitAt(frame * 16, cell);
    if (bare || view === "overlay") return own;
    // The first object's matte is white over the plate's bar code, the second one's black.
    if (view === "matte") return drawn.has("o1") ? 1 : 0;
    return drawn.has("o1") ? own : 1;
  }
  // The plate is a plain grey there.
  if (bare) return view === "cutout" ? 1 : view === "overlay" ? 0 : null;
  return code === undefined ? 0 : bitAt(code, cell);
}

/** Each set of objects that a side may be drawn with, by what was told of it. */
function drawnOn(side: Side, visible: readonly ObjectId[], codeOf: (id: ObjectId) => number, live: readonly string[]): Drawn[] {
  if (side.matte === "none") return visible.length === 0 ? [new Map()] : [];
  if (side.matte === "paired") {
    return visible.length > 0 ? [new Map(visible.map((id) => [id, codeOf(id)]))] : [];
  }
  // Something is missing; what is there is drawn.
  const count = Math.max(1, 2 ** visible.length - 1);
  const subsets = Array.from({ length: count }, (_, set) => visible.filter((_, i) => set & (1 << i)));
  return subsets
    .filter((ids) => visible.every((id) => !live.includes(id) || ids.includes(id)))
    .map((ids) => new Map(ids.map((id) => [id, codeOf(id)])));
}

function shows(look: Look, frame: number, wipe: Wipe | null, right: Drawn, left: Drawn): boolean {
  const rows: Row[] = ["plate", "o1", "o2"];
  return rows.every((row) =>
    Array.from({ length: CELLS }, (_, cell) => cell).every((cell) => {
      const drawn = wipe !== null && (cell + 0.5) / CELLS < wipe.position ? left : right;
      const bit = bitOf(row, frame, cell, drawn, look.view);
      return bit === null || bit === bitAt(look.rows[row], cell);
    }),
  );
}

/** Whether the picture is what it says, with one of the live masks that it may have. */
function matches(reading: Reading, look: Look, wipe: Wipe | null, visible: readonly ObjectId[]): boolean {
  const { frame, against, live } = reading;
  if ((typeof wipe?.against === "number" ? wipe.against : null) !== (against?.revision ?? null)) return false;
  const applied = (revision: number) => (id: ObjectId) => matteOf(id, frame, revision);
  const lefts: Drawn[] = against ? drawnOn(against, visible, applied(against.revision), []) : [new Map()];
  return draftsOf(reading, visible).some((drafts) => {
    const codeOf = (id: ObjectId) => drafts.get(id) ?? applied(reading.revision)(id);
    const rights = drawnOn(reading, visible, codeOf, live);
    return rights.some((right) => lefts.some((left) => shows(look, frame, wipe, right, left)));
  });
}

/** Each set of live masks that the picture may show; none if it told of others. */
function draftsOf({ frame, live, scene }: Reading, visible: readonly ObjectId[]): ReadonlyMap<ObjectId, number>[] {
  if (live.some((id) => !visible.includes(id as ObjectId))) return [];
  let sets: ReadonlyMap<ObjectId, number>[] = [new Map()];
  for (const id of visible) {
    const codes = scene.drafts[id].filter((code) => (code !== null) === live.includes(id));
    sets = codes.flatMap((code) =>
      sets.map((set) => (code === null ? set : new Map([...set, [id, frame * 16 + code]]))),
    );
  }
  return sets;
}

/** What is wrong with a picture, or null. */
export function faultOf(reading: Reading): string | null {
  const { revision, current, looks, scene, objects } = reading;
  if (revision !== current) return `drawn from revision ${revision} while ${String(current)} was current`;
  const right = looks.some((look) =>
    scene.wipes.some((wipe) =>
      scene.visible.some((ids) => matches(reading, look, wipe, ids ?? (objects as readonly ObjectId[]))),
    ),
  );
  return right ? null : "the picture shows something else than it says";
}

/** Whether both the plate's and an object's bar code could be read: a pair was checked. */
export function isCheckedPair({ matte, looks }: Reading): boolean {
  return matte === "paired" && looks.every(({ view }) => view === "overlay" || view === "cutout");
}
