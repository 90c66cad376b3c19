/**
 * Has the server prepare what a click on the frame in sight needs, once the playhead rests: the
 * picture decoded and read by the network. While masks are carried through the clip, the mask of the
 * frame in sight goes first.
 */

import { effect } from "@preact/signals";
import * as client from "../api/client";
import { clicksShown } from "../logic/clicks";
import type { Session } from "./session";

/** How long the playhead rests first. */
const REST_MS = 60;
/** The same where the frame's mask is on its way: it comes sooner, and a click starts from it. */
const AWAITED_MS = 250;

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
    }, place.isAwaited ? AWAITED_MS : REST_MS);
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
    session.connected.value &&
    object?.locked !== true;
  // Where there are clicks already, the server has read the picture for them.
  if (!able || clicksShown(object, frame, session.draft.value).length > 0) return null;
  const id = object?.id ?? client.NEW_OBJECT;
  const revision = session.project.value?.revision;
  // Right after Apply the picture of the revision before is still in sight.
  const isShown = playback.matte.value !== "pending" && playback.shown.value?.revision === revision;
  const isAwaited = session.working.value && !isShown;
  const key = [id, frame, revision, isAwaited].join();
  return { object: id, frame, key, isAwaited };
}
