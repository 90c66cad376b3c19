/** What is drawn over the picture by the page: previews, shapes in the making, the brush, pixels. */

import { useMemo } from "preact/hooks";
import { outlinePath } from "../logic/contour";
import { includesOf, promptsShown } from "../logic/prompts";
import { GRID_FROM, toStage, type Point } from "../logic/viewport";
import type { Session } from "../state/session";
import { includes } from "../tools/begin";
import type { NewPrompt } from "../api/types";
import { pictureSize } from "./stage-view";

export function StageOverlay({ session }: { session: Session }) {
  return (
    <>
      <PixelGrid session={session} />
      <svg class="overlay" aria-hidden="true">
        <PreviewOutline session={session} />
        <PendingShapes session={session} />
        <LiveShape session={session} />
        <BrushRing session={session} />
      </svg>
    </>
  );
}

function PixelGrid({ session }: { session: Session }) {
  const { x, y, scale } = session.viewport.value;
  if (scale * devicePixelRatio < GRID_FROM) return null;
  const { width, height } = pictureSize(session);
  const style = {
    transform: `translate(${x}px, ${y}px)`,
    width: `${width * scale}px`,
    height: `${height * scale}px`,
    backgroundSize: `${scale}px ${scale}px`,
  };
  return <div class="pixel-grid" style={style} />;
}

function PreviewOutline({ session }: { session: Session }) {
  const { x, y, scale } = session.viewport.value;
  const preview = session.toolbox.preview.value;
  const path = useMemo(() => (preview ? outlinePath(preview.mask) : ""), [preview]);
  if (preview?.frame !== session.frame.value) return null;
  return (
    <g
      class={`preview ${preview.include ? "include" : "exclude"}`}
      transform={`translate(${x} ${y}) scale(${scale})`}
      data-testid="preview"
    >
      <path class="halo" d={path} />
      <path d={path} />
    </g>
  );
}

/** Prompts without an answer yet, and the one that is selected. */
function PendingShapes({ session }: { session: Session }) {
  if (session.playback.value?.playing.value === true || !session.pointsShown.value) return null;
  const shown = promptsShown(session.object.value, session.frame.value, session.draft.value);
  return (
    <>
      {shown
        .filter(({ id, pending }) => pending || id === session.clickId.value)
        .map(({ id, prompt, pending }) => (
          <Shape key={id} session={session} prompt={prompt} class={pending ? "pending" : "selected"} />
        ))}
    </>
  );
}

function LiveShape({ session }: { session: Session }) {
  const prompt = session.toolbox.shape.value;
  if (!prompt) return null;
  // Direct paint shows in the mask itself, where there is one.
  if (prompt.kind === "brush" && prompt.direct && session.object.value) return null;
  return <Shape session={session} prompt={prompt} class="live" />;
}

interface ShapeProps {
  session: Session;
  prompt: NewPrompt;
  class: string;
}

function Shape({ session, prompt, class: state }: ShapeProps) {
  const picture = pictureSize(session);
  const view = session.viewport.value;
  const at = ([x, y]: readonly [number, number]): Point => toStage(view, picture, { x, y });
  const kind = `shape ${prompt.kind} ${includesOf(prompt) ? "include" : "exclude"} ${state}`;
  if (prompt.kind === "box") {
    const [x0, y0, x1, y1] = prompt.box;
    const from = at([x0, y0]);
    const to = at([x1, y1]);
    const size = { width: to.x - from.x, height: to.y - from.y };
    return (
      <g class={kind}>
        <rect class="halo" x={from.x} y={from.y} {...size} />
        <rect x={from.x} y={from.y} {...size} />
      </g>
    );
  }
  const line = prompt.points.map((pair) => at(pair));
  const path = `M${line.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
  if (prompt.kind === "lasso") {
    return (
      <g class={kind}>
        <path class="halo" d={`${path}Z`} />
        <path d={`${path}Z`} />
      </g>
    );
  }
  const width = 2 * prompt.radius * Math.min(picture.width, picture.height) * view.scale;
  // A dab has no length, and so would not be drawn.
  return <path class={kind} d={line.length > 1 ? path : `${path}h0.01`} stroke-width={width} />;
}

function BrushRing({ session }: { session: Session }) {
  const { toolbox } = session;
  const at = toolbox.cursor.value ?? toolbox.pointer.value;
  const tool = session.tool.value;
  if (tool !== "brush" || !at || session.spaceHeld.value) return null;
  const { erase, radius } = toolbox.stroke.value;
  const picture = pictureSize(session);
  const view = session.viewport.value;
  const { x, y } = toStage(view, picture, at);
  const r = Math.max(1, radius * Math.min(picture.width, picture.height) * view.scale);
  const kind = includes({ tool, erase }, toolbox.alt.value) ? "include" : "exclude";
  return (
    <g class={`ring ${kind}`}>
      <circle class="halo" cx={x} cy={y} r={r} />
      <circle cx={x} cy={y} r={r} />
    </g>
  );
}
