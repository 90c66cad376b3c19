/** The list of objects: choose, name, colour, show, solo, lock, reorder, delete. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ProjectObject } from "../api/types";
import { draggedTo } from "../logic/moving";
import { count } from "../logic/ranges";
import * as objects from "../state/objects";
import type { Session } from "../state/session";
import { IconButton, NameField } from "../ui/controls";
import { Icon } from "../ui/icons";

export function Objects({ session }: { session: Session }) {
  const list = session.project.value?.objects ?? [];
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
      <ul class="objects">
        {list.map((object, index) => (
          <ObjectRow
            key={object.id}
            session={session}
            object={object}
            index={index}
            length={list.length}
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
}

function ObjectRow({ session, object, index, length }: RowProps) {
  const [renaming, setRenaming] = useState(false);
  const [dragged, setDragged] = useState<number | null>(null);
  const selected = session.object.value?.id === object.id;
  const unseen = !session.shownObjects.value.has(object.id);
  const state = [selected && "selected", unseen && "unseen", dragged !== null && "dragged"];
  const move = (to: number) => objects.moveObject(session, index, to);
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (selected) item.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <li
      ref={item}
      class={`object ${state.filter(Boolean).join(" ")}`}
      style={{ transform: dragged === null ? "" : `translateY(${dragged}px)` }}
    >
      <Grip
        name={object.name}
        onDrag={setDragged}
        onDrop={(dy, height) => move(draggedTo(index, dy, height, length))}
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
          aria-pressed={selected}
          onClick={() => objects.selectObject(session, object.id)}
          onDblClick={() => setRenaming(!object.locked)}
          onKeyDown={(event) => {
            const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
            if (event.key === "F2") setRenaming(!object.locked);
            if (event.altKey && step !== undefined) {
              event.preventDefault();
              move(Math.max(0, Math.min(length - 1, index + step)));
            }
          }}
        >
          <span class="object-title">{object.name}</span>
          <span class="object-state">{stateOf(session, object)}</span>
        </button>
      )}
      {!renaming && <ObjectButtons session={session} object={object} />}
    </li>
  );
}

/** What can be done with an object; what is rarely needed shows under the pointer only. */
function ObjectButtons({ session, object }: { session: Session; object: ProjectObject }) {
  const solo = session.solo.value === object.id;
  return (
    <span class="object-buttons">
      <IconButton
        class="rare"
        icon="trash"
        label={`Delete ${object.name}`}
        disabled={object.locked}
        onClick={() => objects.deleteObject(session, object)}
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
        onClick={() => objects.updateObject(session, object.id, { locked: !object.locked })}
      />
      <IconButton
        icon={object.visible ? "eye" : "eye-off"}
        label={`${object.visible ? "Hide" : "Show"} ${object.name}`}
        onClick={(event) => {
          if (event.altKey) objects.toggleSolo(session, object.id);
          else objects.updateObject(session, object.id, { visible: !object.visible });
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
  onDrag: (dy: number | null) => void;
  onDrop: (dy: number, rowHeight: number) => void;
}

/** Drags its row up and down; the keyboard moves a row with Alt and the arrow keys. */
function Grip({ name, onDrag, onDrop }: GripProps) {
  const start = useRef<number | null>(null);
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
        if (start.current !== null) onDrag(event.clientY - start.current);
      }}
      onPointerUp={(event) => {
        const from = start.current;
        start.current = null;
        onDrag(null);
        const height = event.currentTarget.closest("li")?.offsetHeight ?? 0;
        if (from !== null) onDrop(event.clientY - from, height);
      }}
      onPointerCancel={() => {
        start.current = null;
        onDrag(null);
      }}
    >
      <Icon name="grip" />
    </span>
  );
}
