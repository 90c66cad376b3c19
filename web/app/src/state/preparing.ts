/**
 * Has the server prepare what a click on the frame in sight needs, once the playhead rests: the
 * picture decoded and read by the network. It keeps still while something is being made.
 */

import { effect } from "@preact/signals";
import * as client from "../api/client";
import { clicksShown } from "../logic/clicks";
import type { Session } from "./session";

/** How long the playhead rests first. */
const REST_MS = 60;

export function followRest(session: Session): () => void {
  let asked = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const dispose = effect(() => {
    const place = placeAtRest(session);
    clearTimeout(timer);
    // A server that is back may have been started anew.
    if (!session.connected.value) asked = "";
    if (!place || place.key === asked) return;
    timer = setTimeout(() => {
      const { key, object, frame } = place;
      asked = key;
      // A click is answered without it, too.
      client.prepare(session.id, object, frame).catch(() => {
        if (asked === key) asked = "";
      });
    }, REST_MS);
  });
  return () => {
    dispose();
    clearTimeout(timer);
  };
}

/** Where a click would go, or null where nothing shall be asked for; equal keys ask for the same. */
function placeAtRest(session: Session) {
  const playback = session.playback.value;
  const frame = session.frame.value;
  const object = session.object.value;
  const able =
    playback?.playing.value === false &&
    playback.shown.value?.frame === frame &&
    playback.manifest.value !== null &&
    session.tool.value !== "hand" &&
    session.busy.value === 0 &&
    !session.working.value &&
    session.connected.value &&
    object?.locked !== true;
  // Where there are clicks already, the server has read the picture for them.
  if (!able || clicksShown(object, frame, session.draft.value).length > 0) return null;
  const id = object?.id ?? client.NEW_OBJECT;
  return { object: id, frame, key: [id, frame, session.project.value?.revision].join() };
}
