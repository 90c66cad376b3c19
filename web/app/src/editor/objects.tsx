/** The list of objects: choose, name, colour, show, solo, lock, reorder, delete. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ProjectObject } from "../api/types";
import { draggedTo, movedAll, shiftOf, type Move } from "../logic/moving";
import { count } from "../logic/ranges";
import * as objects from "../state/objects";
import type { Session } from "../state/session";
import { IconButton, NameField } from "../ui/controls";
import { focusBeside } from "../ui/focus";
import { Icon } from "../ui/icons";
import { useMenuPlace } from "../ui/menu";
import { ObjectMenu } from "./object-menu";

/** A row on its way: from where, how far, and how high rows are. */
interface Drag {
  readonly from: number;
  readonly dy: number;
  readonly height: number;
}

export function Objects({ session }: { session: Session }) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const [moves, setMoves] = useState<readonly Move[]>([]);
  const rows = useRef<HTMLUListElement>(null);
  // In its new order at once; the server's answer then says the same, or that it was refused.
  const list = movedAll(session.project.value?.objects ?? [], moves);
  const move = (to: Move) => {
    setMoves((before) => [...before, to]);
    void objects
      .moveObject(session, to)
      .then(() => setMoves((before) => before.filter((one) => one !== to)));
  };
  const remove = (object: ProjectObject, index: number, byKey: boolean) => {
    objects.deleteObject(session, object);
    if (!byKey) return;
    const names = [...(rows.current?.querySelectorAll<HTMLElement>(".object-name") ?? [])];
    focusBeside(names, index, document.querySelector<HTMLElement>(".stage"));
  };
  const solo = list.find((object) => object.id === session.solo.value);
  return (
    <section aria-labelledby="objects-title">
      <div class="row between">
        <h2 id="objects-title">Objects</h2>
        <IconButton
          icon="plus"
          label="Add an object"
          command="add-object"
          onClick={() => objects.addObject(session)}
        />
      </div>
      {list.length === 0 && (
        <p class="hint">Click something in the picture: the first click makes an object.</p>
      )}
      <ul ref={rows} class="objects">
        {list.map((object, index) => (
          <ObjectRow
            key={object.id}
            session={session}
            object={object}
            index={index}
            length={list.length}
            drag={drag}
            onDrag={setDrag}
            onMove={(to) => move({ id: object.id, to })}
            onDelete={(byKey) => remove(object, index, byKey)}
          />
        ))}
      </ul>
      {solo && (
        <p class="hint row between">
          Only {solo.name} is shown.
          <button
            type="button"
            class="button small"
            onClick={() => objects.toggleSolo(session, solo.id)}
          >
            Show all
          </button>
        </p>
      )}
    </section>
  );
}

interface RowProps {
  session: Session;
  object: ProjectObject;
  index: number;
  length: number;
  drag: Drag | null;
  onDrag: (drag: Drag | null) => void;
  onMove: (to: number) => void;
  onDelete: (byKey: boolean) => void;
}

/** How many pixels a row stands off its place while one is dragged. */
function offsetOf(drag: Drag | null, index: number, length: number): number {
  if (drag === null) return 0;
  if (drag.from === index) return drag.dy;
  const to = draggedTo(drag.from, drag.dy, drag.height, length);
  return shiftOf(index, drag.from, to) * drag.height;
}

function ObjectRow(props: RowProps) {
  const { session, object, index, length, drag, onDrag, onMove, onDelete } = props;
  const [renaming, setRenaming] = useState(false);
  const menu = useMenuPlace();
  const selected = session.object.value?.id === object.id;
  const unseen = !session.shownObjects.value.has(object.id);
  const state = [selected && "selected", unseen && "unseen", drag?.from === index && "dragged"];
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (selected) item.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <li
      ref={item}
      class={`object ${state.filter(Boolean).join(" ")}`}
      style={{ transform: drag && `translateY(${offsetOf(drag, index, length)}px)` }}
      onContextMenu={(event) => !renaming && menu.ask(event)}
    >
      <Grip
        name={object.name}
        onDrag={(dy, height) => onDrag({ from: index, dy, height })}
        onDrop={() => {
          onDrag(null);
          if (drag) onMove(draggedTo(index, drag.dy, drag.height, length));
        }}
      />
      <input
        type="color"
        class="swatch"
        aria-label={`Colour of ${object.name}`}
        data-tip="Colour"
        disabled={object.locked}
        value={object.color}
        onChange={(event) =>
          objects.updateObject(session, object.id, { color: event.currentTarget.value })
        }
      />
      {renaming ? (
        <NameField
          class="grow"
          value={object.name}
          label={`New name of ${object.name}`}
          onCommit={(name) => {
            setRenaming(false);
            objects.updateObject(session, object.id, { name });
          }}
          onCancel={() => setRenaming(false)}
        />
      ) : (
        <button
          type="button"
          class="object-name"
          data-renames
          aria-pressed={selected}
          onClick={() => objects.selectObject(session, object.id)}
          onDblClick={() => setRenaming(!object.locked)}
          onKeyDown={(event) => {
            const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
            if (event.key === "F2") setRenaming(!object.locked);
            if (event.altKey && step !== undefined) {
              event.preventDefault();
              onMove(Math.max(0, Math.min(length - 1, index + step)));
            }
          }}
        >
          <span class="object-title">{object.name}</span>
          <span class="object-state">{stateOf(session, object)}</span>
        </button>
      )}
      {!renaming && <ObjectButtons session={session} object={object} onDelete={onDelete} />}
      {menu.at && (
        <ObjectMenu
          session={session}
          object={object}
          at={menu.at}
          onClose={menu.close}
          onRename={() => setRenaming(true)}
          onDelete={onDelete}
        />
      )}
    </li>
  );
}

/** What can be done with an object; what is rarely needed shows under the pointer only. */
function ObjectButtons({ session, object, onDelete }: Pick<RowProps, "session" | "object" | "onDelete">) {
  const solo = session.solo.value === object.id;
  return (
    <span class="object-buttons">
      <IconButton
        class="rare"
        icon="trash"
        label={`Delete ${object.name}`}
        disabled={object.locked}
        onClick={(event) => onDelete(event.detail === 0)}
      />
      <IconButton
        class={solo ? "" : "rare"}
        icon="solo"
        label={solo ? `Show all, not only ${object.name}` : `Show only ${object.name}`}
        command="solo"
        pressed={solo}
        onClick={() => objects.toggleSolo(session, object.id)}
      />
      <IconButton
        class={object.locked ? "" : "rare"}
        icon={object.locked ? "lock" : "unlock"}
        label={`${object.locked ? "Unlock" : "Lock"} ${object.name}`}
        pressed={object.locked}
        onClick={() => objects.toggleObject(session, object.id, "locked")}
      />
      <IconButton
        icon={object.visible ? "eye" : "eye-off"}
        label={`${object.visible ? "Hide" : "Show"} ${object.name}`}
        onClick={(event) => {
          if (event.altKey) objects.toggleSolo(session, object.id);
          else objects.toggleObject(session, object.id, "visible");
        }}
      />
    </span>
  );
}

function stateOf(session: Session, object: ProjectObject): string {
  const keyframes = object.keyframes.length;
  if (keyframes === 0) return "No clicks yet";
  const marks = keyframes === 1 ? "1 keyframe" : `${keyframes} keyframes`;
  const stale = count(object.stale);
  if (stale > 0) {
    return `${marks} · ${stale} to ${session.applied.value.includes(object.id) ? "update" : "make"}`;
  }
  const left = (session.project.value?.clip.frame_count ?? 0) - count(session.readyOf(object));
  return left > 0 ? `${marks} · ${left} left` : `${marks} · up to date`;
}

interface GripProps {
  name: string;
  onDrag: (dy: number, rowHeight: number) => void;
  onDrop: () => void;
}

/** Room between two rows, as in the stylesheet. */
const GAP = 2;

/** Drags its row up and down; the keyboard moves a row with Alt and the arrow keys. */
function Grip({ name, onDrag, onDrop }: GripProps) {
  const start = useRef<number | null>(null);
  const drop = () => {
    start.current = null;
    onDrop();
  };
  return (
    <span
      class="grip"
      data-tip={`Drag to reorder ${name}, or Alt with ↑ and ↓`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = event.clientY;
      }}
      onPointerMove={(event) => {
        if (start.current === null) return;
        const height = (event.currentTarget.closest("li")?.offsetHeight ?? 0) + GAP;
        onDrag(event.clientY - start.current, height);
      }}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      <Icon name="grip" />
    </span>
  );
}
