/** The panel right of the picture: objects, how the view looks, this frame, the clip; or the past. */

import { useState } from "preact/hooks";
import type { Fix } from "../logic/gain";
import { contains } from "../logic/ranges";
import { formatRate } from "../logic/timecode";
import * as editing from "../state/editing";
import { latencies } from "../state/latency";
import type { Backdrop, Session } from "../state/session";
import { IconButton, Segmented } from "../ui/controls";
import { keysOf } from "../ui/platform";
import { EdgeSettings } from "./edge";
import { History } from "./history";
import { Objects } from "./objects";
import { Revisions } from "./revisions";

type Panel = "edit" | "revisions" | "history";

const PANELS = [
  { value: "edit", label: "Edit" },
  { value: "revisions", label: "Revisions" },
  { value: "history", label: "History" },
] as const;

export function Inspector({ session }: { session: Session }) {
  const [panel, setPanel] = useState<Panel>("edit");
  return (
    <aside id="panel" class="inspector" aria-label="Objects and settings">
      <div class="inspector-tabs">
        <Segmented label="Panel" value={panel} choices={PANELS} onChange={setPanel} />
      </div>
      <div class="inspector-body">
        {panel === "revisions" && <Revisions session={session} />}
        {panel === "history" && <History session={session} />}
        {panel === "edit" && (
          <>
            <Objects session={session} />
            <FrameState session={session} />
            <EdgeSettings session={session} />
            <ViewSettings session={session} />
            <ClipFacts session={session} />
          </>
        )}
      </div>
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
  return (
    <>
      {view === "overlay" && <OverlaySettings session={session} />}
      {view === "cutout" && <CutoutSettings session={session} />}
      <WipeSettings session={session} />
    </>
  );
}

function OverlaySettings({ session }: { session: Session }) {
  const percent = Math.round(session.opacity.value * 100);
  return (
    <section aria-labelledby="overlay-title">
      <h2 id="overlay-title">Overlay</h2>
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
      <label class="row setting">
        <input
          type="checkbox"
          checked={session.outline.value}
          onChange={(event) => {
            session.outline.value = event.currentTarget.checked;
          }}
        />
        Outline
      </label>
    </section>
  );
}

function CutoutSettings({ session }: { session: Session }) {
  const backdrop = session.backdrop.value;
  const color = backdrop === "key" ? session.keyColor : session.backdropColor;
  return (
    <section aria-labelledby="background-title">
      <h2 id="background-title">Background</h2>
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

/** What is left of the line, while there is one; it is dragged in the picture. */
function WipeSettings({ session }: { session: Session }) {
  const compared = session.compare.value;
  const wiped = session.wipe.value;
  if (compared === null && wiped === null) return null;
  const position = compared?.position ?? wiped ?? 0.5;
  const move = (to: number) => {
    if (compared) session.compare.value = { ...compared, position: to };
    else session.wipe.value = to;
  };
  return (
    <section aria-labelledby="wipe-title">
      <div class="row between">
        <h2 id="wipe-title">Wipe</h2>
        <IconButton
          icon="close"
          label="End the wipe"
          command="view-wipe"
          onClick={() => editing.toggleWipe(session)}
        />
      </div>
      <label class="setting">
        <span class="row between">
          {compared ? `Revision ${compared.revision}` : "Original"}
          <span class="dim">Now</span>
        </span>
        <input
          type="range"
          aria-label="Position of the wipe"
          min={0}
          max={100}
          value={Math.round(position * 100)}
          onInput={(event) => move(Number(event.currentTarget.value) / 100)}
        />
      </label>
    </section>
  );
}

/** Gains are expected overlap, which nobody counts in; what they are for is to compare. */
function gainOf({ gain }: Fix): string {
  const about = gain < 1.5 ? "about one frame" : `about ${Math.round(gain)} frames`;
  return `A correction here is worth ${gain < 0.75 ? "less than one frame" : about} made right.`;
}

function FrameState({ session }: { session: Session }) {
  const object = session.object.value;
  if (!object) return null;
  const frame = session.frame.value;
  const keyframe = object.keyframes.find((entry) => entry.frame === frame);
  const sure = session.confidence.value[object.id]?.[frame] ?? null;
  const fix = session.fixes.value.find((one) => one.frame === frame);
  return (
    <section aria-labelledby="frame-title">
      <div class="row between">
        <h2 id="frame-title">This frame</h2>
        <span class="dim numbers">
          {keyframe || sure === null ? "" : `${Math.round(sure * 100)} % sure`}
        </span>
      </div>
      <p class="dim">{keyframe ? marksOf(keyframe) : stateOf(session, frame)}</p>
      {fix && <p class="hint">{gainOf(fix)}</p>}
      <div class="row frame-actions">
        {keyframe ? (
          <button
            type="button"
            class="button small"
            disabled={object.locked}
            data-tip="Delete this frame’s keyframe"
            data-keys={keysOf("delete-keyframe")}
            onClick={() => editing.deleteKeyframe(session)}
          >
            Delete keyframe
          </button>
        ) : (
          <button
            type="button"
            class="button small"
            disabled={object.locked || !editing.canKeep(session)}
            data-tip="Keep this mask as a keyframe: it stays as it is"
            data-keys={keysOf("keep-frame")}
            onClick={() => editing.keepFrame(session, false)}
          >
            Keep as keyframe
          </button>
        )}
        <button
          type="button"
          class="button small"
          disabled={object.locked || keyframe?.absent === true}
          data-tip={`${object.name} is not on this frame`}
          data-keys={keysOf("mark-absent")}
          onClick={() => editing.keepFrame(session, true)}
        >
          Not here
        </button>
      </div>
    </section>
  );
}

type Keyframe = NonNullable<Session["object"]["value"]>["keyframes"][number];

function marksOf({ absent, clicks, prompts }: Keyframe): string {
  if (absent) return "Keyframe: the object is not here";
  const marks = clicks.length + prompts.length;
  if (marks === 0) return "Keyframe, kept as it was";
  return `Keyframe, ${marks === 1 ? "1 mark" : `${marks} marks`}`;
}

function stateOf(session: Session, frame: number): string {
  const applied = (session.project.value?.revision ?? 0) > 0;
  if (contains(session.stale.value, frame)) return applied ? "To be updated" : "To be made";
  if (!applied || !session.object.value?.keyframes.length) return "No mask yet";
  if (editing.isPropagated(session)) return "Propagated";
  return session.working.value ? "Being made" : "Not made yet";
}

function ClipFacts({ session }: { session: Session }) {
  const clip = session.project.value?.clip;
  if (!clip) return null;
  const { click, apply } = latencies.value;
  return (
    <section class="facts" aria-labelledby="clip-title">
      <h2 id="clip-title">Clip</h2>
      <dl class="fact-list numbers">
        <dt>Size</dt>
        <dd>
          {clip.source_width} × {clip.source_height}
        </dd>
        <dt>Rate</dt>
        <dd>{formatRate(clip.rate)} fps</dd>
        <dt>Frames</dt>
        <dd>{clip.frame_count}</dd>
        {clip.timecode !== null && (
          <>
            <dt>Timecode</dt>
            <dd>{clip.timecode}</dd>
          </>
        )}
        <dt>Sound</dt>
        <dd>{clip.has_sound ? "Yes" : "None"}</dd>
        {click !== undefined && (
          <>
            <dt>Click to mask</dt>
            <dd>{Math.round(click)} ms</dd>
          </>
        )}
        {apply !== undefined && (
          <>
            <dt>Apply to picture</dt>
            <dd>{(apply / 1000).toFixed(2)} s</dd>
          </>
        )}
      </dl>
      {clip.damage !== null && <p class="notice">{clip.damage}</p>}
    </section>
  );
}
