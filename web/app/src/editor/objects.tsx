/** The list of objects: choose, name, colour, hide, delete. */

import { useState } from "preact/hooks";
import type { ProjectObject } from "../api/types";
import * as editing from "../state/editing";
import type { Session } from "../state/session";
import { IconButton, NameField } from "../ui/controls";

export function Objects({ session }: { session: Session }) {
  const objects = session.project.value?.objects ?? [];
  return (
    <section>
      <div class="row between">
        <h2>Objects</h2>
        <IconButton icon="plus" label="Add an object" onClick={() => editing.addObject(session)} />
      </div>
      {objects.length === 0 && <p class="dim">The first click makes one.</p>}
      <ul class="objects">
        {objects.map((object) => (
          <ObjectRow key={object.id} session={session} object={object} />
        ))}
      </ul>
    </section>
  );
}

function ObjectRow({ session, object }: { session: Session; object: ProjectObject }) {
  const [renaming, setRenaming] = useState(false);
  const selected = session.object.value?.id === object.id;
  const hidden = session.hidden.value.has(object.id);
  return (
    <li class={`object ${selected ? "selected" : ""} ${hidden ? "hidden-object" : ""}`}>
      <input
        type="color"
        class="swatch"
        aria-label={`Colour of ${object.name}`}
        value={object.color}
        onChange={(event) =>
          editing.updateObject(session, object.id, { color: event.currentTarget.value })
        }
      />
      {renaming ? (
        <NameField
          class="grow"
          value={object.name}
          label={`New name of ${object.name}`}
          onCommit={(name) => {
            setRenaming(false);
            editing.updateObject(session, object.id, { name });
          }}
          onCancel={() => setRenaming(false)}
        />
      ) : (
        <button
          type="button"
          class="object-name"
          aria-pressed={selected}
          title="Double-click to rename"
          onClick={() => editing.selectObject(session, object.id)}
          onDblClick={() => setRenaming(true)}
          onKeyDown={(event) => {
            if (event.key === "F2") setRenaming(true);
          }}
        >
          {object.name}
        </button>
      )}
      <IconButton
        icon={hidden ? "eye-off" : "eye"}
        label={`${hidden ? "Show" : "Hide"} ${object.name}`}
        onClick={() => editing.toggleObject(session, object.id)}
      />
      <IconButton
        icon="trash"
        label={`Delete ${object.name}`}
        onClick={() => editing.deleteObject(session, object.id)}
      />
    </li>
  );
}
