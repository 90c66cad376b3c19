/** Ties the player to the session: what the session says, the player shows. */

import { effect, untracked } from "@preact/signals";
import type { View } from "@mattebox/player";
import { NEW_OBJECT } from "../api/client";
import { describe } from "../api/problem";
import type { Project } from "../api/types";
import { isNeutral, shownEdge } from "../state/edges";
import { LiveMasks } from "../state/masks";
import { decoderChoice, Playback } from "../state/playback";
import { endComparison } from "../state/revisions";
import type { Session } from "../state/session";
import { pictureSize } from "./stage-view";

/** Follows until the returned function is called. */
export function followPlayer(
  session: Session,
  canvas: HTMLCanvasElement,
  project: Project,
  firstFrame: number,
): () => void {
  const { has_sound: sound } = project.clip;
  const playback = new Playback(canvas, project.id, decoderChoice(location.search), sound);
  session.attach(playback, firstFrame);
  const masks = new LiveMasks(session, playback);
  session.masks = masks;
  const stops = [
    tell(
      () => ({ view: session.viewport.value, stage: session.stage.value, size: pictureSize(session) }),
      ({ view, stage, size }) => {
        if (stage.width > 0) playback.setViewport(view, stage, size);
      },
    ),
    tell(
      () => viewOf(session),
      (view) => playback.setView(view),
    ),
    tell(
      () => session.wipe.value,
      (wipe) => playback.setWipe(wipe),
    ),
    tell(
      () => session.compare.value,
      (compare) => {
        const { revision = null, position = 0 } = compare ?? {};
        playback.setCompare(revision, position).catch((error: unknown) => {
          // A player that is taken down rejects, too.
          if (session.masks === masks) endComparison(session, revision, describe(error));
        });
      },
    ),
    tell(
      () => objectsOf(session),
      (objects) => playback.setObjects(objects),
    ),
    masks.follow(),
  ];
  return () => {
    for (const stop of stops) stop();
    session.masks = null;
  };
}

/**
 * Tells the player of a value whenever it is another one. Each answer of the server makes a new
 * project, and a picture drawn anew for nothing is in the way of the one that shows the answer.
 */
function tell<T>(read: () => T, write: (value: T) => void): () => void {
  let told: string | null = null;
  return effect(() => {
    const value = read();
    const now = JSON.stringify(value);
    if (now !== told) untracked(() => write(value));
    told = now;
  });
}

/** What the server gives the first object: it shows before there is an answer. */
export const FIRST_COLOR = "#ff4fa3";

function objectsOf(session: Session) {
  const objects = session.project.value?.objects ?? [];
  const clip = session.project.value?.clip;
  const shown = session.shownObjects.value;
  if (objects.length === 0) return [{ id: NEW_OBJECT, color: FIRST_COLOR, visible: true }];
  return objects.map((object) => {
    const { id, color } = object;
    const edge = session.edges.of(object);
    const style = { id, color, visible: shown.has(id) };
    return clip && !isNeutral(edge) ? { ...style, edge: shownEdge(edge, clip) } : style;
  });
}

function viewOf(session: Session): View {
  switch (session.view.value) {
    case "overlay":
      return { kind: "overlay", opacity: session.opacity.value, outline: session.outline.value };
    case "cutout":
      return { kind: "cutout", background: backdropOf(session) };
    case "matte":
      return { kind: "matte" };
    case "original":
      return { kind: "original" };
  }
}

function backdropOf(session: Session) {
  if (session.backdrop.value === "checkerboard") return { kind: "checkerboard" } as const;
  const color = session.backdrop.value === "key" ? session.keyColor : session.backdropColor;
  return { kind: "color", color: color.value } as const;
}
