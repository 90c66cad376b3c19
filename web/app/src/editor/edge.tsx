/** The selected object's edge: how its matte is composited, in the picture and in the export. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ProjectObject } from "../api/types";
import { isNeutral, isSame, limitsOf, NEUTRAL_EDGE, type EdgeName } from "../state/edges";
import type { Session } from "../state/session";
import { IconButton } from "../ui/controls";

/** A hand that moves no farther stands still. */
const STILL_PX = 3;

interface Row {
  readonly name: EdgeName;
  readonly label: string;
  readonly unit: "px" | "%";
  readonly help: string;
}

const ROWS: readonly Row[] = [
  {
    name: "grow",
    label: "Shrink/grow",
    unit: "px",
    help: "Moves the edge inwards (below 0) or outwards",
  },
  { name: "feather", label: "Feather", unit: "px", help: "Fades the edge this far to both sides" },
  {
    name: "smooth",
    label: "Smooth",
    unit: "px",
    help: "Evens out bumps along the edge and keeps it as hard as it was",
  },
  {
    name: "clip_black",
    label: "Clip black",
    unit: "%",
    help: "Takes away what is no denser than this: haze around the object",
  },
  {
    name: "clip_white",
    label: "Clip white",
    unit: "%",
    help: "Makes solid what is at least this dense: holes in the object",
  },
  {
    name: "despill",
    label: "Despill",
    unit: "%",
    help: "Takes the background’s colours out of the edge",
  },
];

export function EdgeSettings({ session }: { session: Session }) {
  const object = session.object.value;
  if (!object) return null;
  return <Settings key={object.id} session={session} object={object} />;
}

function Settings({ session, object }: { session: Session; object: ProjectObject }) {
  const { edges } = session;
  const edge = edges.of(object);
  const others = (session.project.value?.objects ?? []).filter(({ id }) => id !== object.id);
  const open = others.filter(({ locked }) => !locked);
  // What was changed by key and not left to rest is no less meant.
  useEffect(() => () => edges.commit(), [edges]);
  return (
    <section class="edge" aria-labelledby="edge-title">
      <div class="row between">
        <h2 id="edge-title">Edge</h2>
        <IconButton
          icon="undo"
          label="Reset the edge"
          tip="Reset all six"
          disabled={object.locked || isNeutral(edge)}
          onClick={() => edges.set(object, NEUTRAL_EDGE)}
        />
      </div>
      {object.locked && <p class="hint">{object.name} is locked: unlock it to change its edge.</p>}
      <div class="edge-rows">
        {ROWS.map((row) => (
          <EdgeRow key={row.name} session={session} object={object} row={row} />
        ))}
      </div>
      {noteOf(session, object) !== null && <p class="hint">{noteOf(session, object)}</p>}
      {others.length > 0 && (
        <button
          type="button"
          class="button small"
          data-tip="Gives the other objects this edge, except locked ones"
          disabled={object.locked || open.every((other) => isSame(other.edge, edge))}
          onClick={() => edges.useForAll(object)}
        >
          Use for all objects
        </button>
      )}
    </section>
  );
}

/** Why something of the edge is not to be seen. */
function noteOf(session: Session, object: ProjectObject): string | null {
  const edge = session.edges.of(object);
  const view = session.view.value;
  if (isNeutral(edge)) return null;
  if (view === "original") return "The Original view shows no edges.";
  return edge.despill > 0 && view !== "cutout" ? "Despill shows in the Cutout view." : null;
}

interface EdgeRowProps {
  session: Session;
  object: ProjectObject;
  row: Row;
}

function EdgeRow({ session, object, row }: EdgeRowProps) {
  const { edges } = session;
  const { name, label, unit, help } = row;
  const { slider, least, most } = limitsOf(name, session.project.value?.clip.source_height ?? 0);
  // A share is set as a percentage.
  const [factor, step] = unit === "px" ? [1, 0.1] : [100, 1];
  const shown = Math.round(edges.of(object)[name] * factor * 100) / 100;
  const held = useRef(false);
  /** Where a hand came down that has not moved since; it may come down again. */
  const pressed = useRef<number | null>(null);
  // As it is written: not every beginning of a number is one.
  const [typed, setTyped] = useState<string | null>(null);
  const change = (value: number) => {
    if (!Number.isFinite(value)) return;
    edges.change(object, name, value / factor);
    if (!held.current) edges.commitSoon();
  };
  const release = () => {
    if (!held.current) return;
    held.current = false;
    // The first half of a double-click is no step of its own.
    if (pressed.current === null) edges.commit();
    else edges.commitSoon();
  };
  const leave = () => {
    // After a press the editor takes the focus back, which ends nothing.
    if (pressed.current === null) edges.commit();
    pressed.current = null;
  };
  const reset = () => {
    edges.change(object, name, NEUTRAL_EDGE[name]);
    edges.commit();
  };
  const words = unit === "px" ? "pixels" : "percent";
  return (
    <div
      class="edge-row"
      role="group"
      aria-label={label}
      onFocusOut={leave}
      onDblClick={(event) => {
        const isField = event.target instanceof HTMLInputElement && event.target.type === "number";
        if (!object.locked && !isField) reset();
      }}
    >
      <span class="dim" aria-hidden="true" data-tip={`${help}; a double-click resets it`}>
        {label}
      </span>
      <input
        type="range"
        aria-label={label}
        aria-description={help}
        aria-valuetext={`${shown} ${words}`}
        min={slider[0] * factor}
        max={slider[1] * factor}
        step={step}
        value={shown}
        disabled={object.locked}
        onPointerDown={(event) => {
          held.current = true;
          pressed.current = event.clientX;
          // So that it hears of the end wherever the pointer is let go.
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          const far = Math.abs(event.clientX - (pressed.current ?? event.clientX));
          if (held.current && far > STILL_PX) pressed.current = null;
        }}
        onInput={(event) => change(Number(event.currentTarget.value))}
        onLostPointerCapture={release}
      />
      <span class="edge-number">
        <input
          type="number"
          class="field numbers"
          aria-label={`${label} in ${words}`}
          min={least * factor}
          max={most * factor}
          step={step}
          value={typed ?? shown}
          disabled={object.locked}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            change(event.currentTarget.valueAsNumber);
          }}
          onBlur={() => setTyped(null)}
          onKeyDown={(event) => {
            if (event.key === "Escape") edges.drop(object);
            // The next keys are the editor's again.
            if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
          }}
        />
        <span class="dim" aria-hidden="true">
          {unit}
        </span>
      </span>
    </div>
  );
}
