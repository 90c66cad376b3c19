/** How sure the selected object's masks are, kept in step with what is made, and where to look next. */

import { effect } from "@preact/signals";
import * as client from "../api/client";
import { nextToFix } from "../logic/confidence";
import { count } from "../logic/ranges";
import type { Session } from "./session";

/** Segments often become ready in bursts; one reading serves them all. */
const SETTLE_MS = 500;

/** Reads the confidence anew as masks are made, until the returned function is called. */
export function followConfidence(session: Session): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let known = "";
  const stop = effect(() => {
    const object = session.object.value;
    const revision = session.playback.value?.manifest.value?.revision ?? 0;
    const made = object ? count(session.ready.value) : 0;
    clearTimeout(timer);
    if (!object || revision === 0 || made === 0) return;
    const wanted = `${object.id} ${revision} ${made}`;
    if (wanted === known) return;
    timer = setTimeout(() => {
      known = wanted;
      void read(session, object.id, revision);
    }, SETTLE_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

async function read(session: Session, object: string, revision: number): Promise<void> {
  try {
    const { frames } = await client.readConfidence(session.id, object, revision);
    session.confidence.value = { ...session.confidence.value, [object]: frames };
  } catch {
    // The strip stays as it was; whatever is wrong shows where it matters.
  }
}

/** Goes to the least sure frame; from there, to the next less sure one. */
export function goToWeakest(session: Session): void {
  const frame = nextToFix(session.weak.value, session.frame.value);
  if (frame !== null) void session.playback.value?.seek(frame);
}
