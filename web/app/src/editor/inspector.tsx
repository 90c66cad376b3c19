/** The panel right of the picture: objects, how the view looks, this frame, the clip. */

import { contains } from "../logic/ranges";
import { formatRate } from "../logic/timecode";
import * as editing from "../state/editing";
import { latencies } from "../state/latency";
import type { Backdrop, Session } from "../state/session";
import { IconButton, Segmented } from "../ui/controls";
import { Objects } from "./objects";

export function Inspector({ session }: { session: Session }) {
  return (
    <aside class="inspector" aria-label="Objects and view">
      <Objects session={session} />
      <ViewSettings session={session} />
      <FrameState session={session} />
      <ClipFacts session={session} />
    </aside>
  );
}

const BACKDROPS: readonly { value: Backdrop; label: string }[] = [
  { value: "checkerboard", label: "Checks" },
  { value: "color", label: "Colour" },
  { value: "key", label: "Key" },
];

function ViewSettings({ session }: { session: Session }) {
  const view = session.view.value;
  if (view === "overlay") {
    const percent = Math.round(session.opacity.value * 100);
    return (
      <section>
        <h2>Overlay</h2>
        <label class="setting">
          <span class="row between">
            Tint <span class="dim numbers">{percent} %</span>
          </span>
          <input
            type="range"
            min={0}
            max={100}
            value={percent}
            onInput={(event) => {
              session.opacity.value = Number(event.currentTarget.value) / 100;
            }}
          />
        </label>
      </section>
    );
  }
  if (view !== "cutout") return null;
  const backdrop = session.backdrop.value;
  const color = backdrop === "key" ? session.keyColor : session.backdropColor;
  return (
    <section>
      <h2>Background</h2>
      <Segmented
        label="Background"
        value={backdrop}
        choices={BACKDROPS}
        onChange={(next) => {
          session.backdrop.value = next;
        }}
      />
      {backdrop !== "checkerboard" && (
        <label class="row between setting">
          {backdrop === "key" ? "Key colour of the export" : "Colour"}
          <input
            class="field"
            type="color"
            value={color.value}
            onInput={(event) => {
              color.value = event.currentTarget.value;
            }}
          />
        </label>
      )}
    </section>
  );
}

function FrameState({ session }: { session: Session }) {
  const object = session.object.value;
  const frame = session.frame.value;
  const keyframe = object?.keyframes.find((entry) => entry.frame === frame);
  const state = stateOf(session, frame);
  const points = keyframe?.clicks.length ?? 0;
  return (
    <section>
      <h2>This frame</h2>
      {keyframe ? (
        <div class="row between">
          <span>
            Keyframe, {points === 1 ? "1 point" : `${points} points`}
          </span>
          <IconButton
            icon="trash"
            label="Delete this keyframe"
            onClick={() => editing.deleteKeyframe(session)}
          />
        </div>
      ) : (
        <p class="dim">{state}</p>
      )}
    </section>
  );
}

function stateOf(session: Session, frame: number): string {
  const applied = (session.project.value?.revision ?? 0) > 0;
  if (contains(session.stale.value, frame)) return applied ? "To be updated" : "To be made";
  if (!applied || !session.object.value) return "No mask yet";
  if (contains(session.ready.value, frame)) return "Propagated";
  return session.working.value ? "Being made" : "Not made yet";
}

function ClipFacts({ session }: { session: Session }) {
  const clip = session.project.value?.clip;
  if (!clip) return null;
  const { click, apply } = latencies.value;
  return (
    <section class="facts">
      <h2>Clip</h2>
      <p class="dim numbers">
        {clip.source_width} × {clip.source_height} · {formatRate(clip.rate)} fps
        {clip.has_sound ? " · sound" : ""}
      </p>
      {clip.damage !== null && <p class="notice">{clip.damage}</p>}
      {(click !== undefined || apply !== undefined) && (
        <p class="dim numbers" title="How long the last click and the last Apply took to show">
          {click !== undefined && <span>Click to mask {Math.round(click)} ms</span>}
          {click !== undefined && apply !== undefined && <br />}
          {apply !== undefined && <span>Apply to picture {(apply / 1000).toFixed(2)} s</span>}
        </p>
      )}
    </section>
  );
}
