/** Ties the player to the session: what the session says, the player shows. */

import { effect } from "@preact/signals";
import type { View } from "@mattebox/player";
import type { Project } from "../api/types";
import { LiveMasks } from "../state/masks";
import { decoderChoice, Playback } from "../state/playback";
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
    effect(() => {
      const { value: stage } = session.stage;
      const { value: view } = session.viewport;
      if (stage.width > 0) playback.setViewport(view, stage, pictureSize(session));
    }),
    effect(() => playback.setView(viewOf(session))),
    effect(() => playback.setWipe(session.wipe.value)),
    effect(() => {
      const { revision = null, position = 0 } = session.compare.value ?? {};
      playback.setCompare(revision, position);
    }),
    effect(() => {
      const objects = session.project.value?.objects ?? [];
      playback.setObjects(
        objects.map(({ id, color }) => ({ id, color, visible: session.shownObjects.value.has(id) })),
      );
    }),
    masks.follow(),
  ];
  return () => {
    for (const stop of stops) stop();
    session.masks = null;
  };
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
