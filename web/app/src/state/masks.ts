/** Keeps the player's live masks in step with the project, and times how soon they show. */

import { effect } from "@preact/signals";
import { fetchMask } from "@mattebox/player";
import { describe } from "../api/problem";
import { wantedMasks, type LiveMask } from "../logic/livemasks";
import { endMeasure, isMeasuring } from "./latency";
import { notify } from "./notices";
import type { Playback } from "./playback";
import type { Session } from "./session";

const keyOf = (mask: LiveMask) => `${mask.object} ${mask.frame}`;

/** Follows the session until the returned function is called. */
export function followMasks(session: Session, playback: Playback): () => void {
  const drawn = new Map<string, LiveMask>();
  let revision = playback.manifest.value?.revision;
  let fresh = false;

  const draw = async (mask: LiveMask) => {
    try {
      const pixels = await fetchMask(mask.address);
      if (drawn.get(keyOf(mask)) !== mask) return;
      playback.setLiveMask(mask.frame, mask.object, pixels);
      fresh = true;
    } catch (error) {
      if (drawn.get(keyOf(mask)) === mask) drawn.delete(keyOf(mask));
      notify(describe(error), "error");
    }
  };

  const stopDrawing = effect(() => {
    const project = session.project.value;
    const current = playback.manifest.value?.revision;
    const frame = playback.frame.value;
    const buffered = playback.buffered.value;
    if (!project || current === undefined) return;
    if (current !== revision) drawn.clear();
    revision = current;
    const wanted = new Map(wantedMasks(project, frame, buffered).map((mask) => [keyOf(mask), mask]));
    for (const [key, mask] of drawn) {
      if (wanted.has(key)) continue;
      drawn.delete(key);
      playback.setLiveMask(mask.frame, mask.object, null);
    }
    for (const [key, mask] of wanted) {
      if (drawn.get(key)?.address === mask.address) continue;
      drawn.set(key, mask);
      void draw(mask);
    }
  });

  const stopTiming = effect(() => {
    const picture = playback.shown.value;
    const project = session.project.value;
    if (!picture || !project) return;
    if (isMeasuring("click") && fresh && session.busy.value === 0 && picture.live.length > 0) {
      endMeasure("click");
    }
    const applied = picture.revision === project.revision && !session.canApply.value;
    if (applied && picture.matte === "paired" && picture.live.length === 0) endMeasure("apply");
    fresh = false;
  });

  return () => {
    stopDrawing();
    stopTiming();
  };
}
