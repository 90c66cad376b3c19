/** A project's server-sent events, with a resynchronisation after each interruption. */

import { eventsAddress } from "./client";
import { watchReach } from "./reach";
import type { Range } from "../logic/ranges";
import type { ExportProgress, SegmentEvent, Work } from "./types";

export interface EventHandlers {
  project(data: { version: number }): void;
  revision(data: { revision: number; changed: Record<string, Range[]> }): void;
  /** Of a matte, `confidence` has a value for each of the segment's frames. */
  segment(data: SegmentEvent): void;
  work(data: Work): void;
  export(data: ExportProgress): void;
  /** Events are told from now on; what changed since the project was read was not. */
  begun(): void;
  /** Events may have been missed: read the project and the manifest again. */
  resync(): void;
  connection(connected: boolean): void;
}

const NAMES = ["project", "revision", "segment", "work", "export"] as const;
const RETRY_MS = 2000;

/** Listens until the returned function is called. */
export function listen(project: string, handlers: EventHandlers): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let interrupted = false;
  let begun = false;

  const reach = watchReach((reached) => {
    interrupted = true;
    source?.close();
    clearTimeout(timer);
    if (reached) connect();
    else handlers.connection(false);
  });
  const connect = () => {
    source = new EventSource(eventsAddress(project));
    source.onopen = () => {
      handlers.connection(true);
      if (interrupted) handlers.resync();
      else if (!begun) handlers.begun();
      interrupted = false;
      begun = true;
    };
    source.onerror = () => {
      interrupted = true;
      handlers.connection(false);
      // The browser retries a broken stream itself, but gives up for good on an HTTP error.
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, RETRY_MS);
    };
    for (const name of NAMES) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        reach.heard();
        (handlers[name] as (data: unknown) => void)(JSON.parse(event.data));
      });
    }
    source.addEventListener("reset", () => {
      // A stream that begins anew tells what work is under way. What happens before it is open is told
      // by nobody, so the project is read then.
      interrupted = true;
      source?.close();
      connect();
    });
  };

  connect();
  return () => {
    reach.stop();
    clearTimeout(timer);
    source?.close();
  };
}
