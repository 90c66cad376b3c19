/**
 * Whether the server can be reached. A stream of events stays open for minutes on a connection that is
 * dead, so it is asked whenever there is a reason to doubt, and now and then where nothing is heard.
 */

/** Told of by `request`: nobody answered. */
export const UNANSWERED = "mattebox:unanswered";

const RETRY_MS = 2000;
const QUIET_MS = 10_000;

export interface Reach {
  /** Something was heard of the server. */
  heard(): void;
  stop(): void;
}

/** `changed` is told when the server gets out of reach, and when it is back. */
export function watchReach(changed: (reached: boolean) => void): Reach {
  let reached = true;
  let asking = false;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const wait = () => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void check(), reached ? QUIET_MS : RETRY_MS);
  };
  const check = async () => {
    // Nobody looks; what was missed is made up for when somebody does.
    if (asking || (reached && document.hidden)) return;
    asking = true;
    const now = await isReached();
    asking = false;
    if (stopped) return;
    if (now !== reached) {
      reached = now;
      changed(now);
    }
    wait();
  };
  const doubt = () => void check();

  addEventListener("offline", doubt);
  addEventListener("online", doubt);
  addEventListener(UNANSWERED, doubt);
  document.addEventListener("visibilitychange", doubt);
  wait();
  return {
    heard: wait,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      removeEventListener("offline", doubt);
      removeEventListener("online", doubt);
      removeEventListener(UNANSWERED, doubt);
      document.removeEventListener("visibilitychange", doubt);
    },
  };
}

/** However long an answer takes: a browser asks a server few things at a time, and the rest waits. */
async function isReached(): Promise<boolean> {
  try {
    await fetch("/healthz", { cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}
