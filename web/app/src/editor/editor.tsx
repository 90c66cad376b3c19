/** The editor of one project: lays out its parts, owns the session and the keys. */

import { effect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { followConfidence, followFixes } from "../state/confidence";
import { followHistory } from "../state/history";
import { followWidth, panelShown } from "../state/layout";
import { Session } from "../state/session";
import { openProjects, rememberFrame } from "../state/route";
import { Icon } from "../ui/icons";
import { ExportDialog } from "./export-dialog";
import { HelpDialog } from "./help-dialog";
import { Inspector } from "./inspector";
import { listenToKeys } from "./keys";
import { Stage } from "./stage";
import { Timeline } from "./timeline";
import { Toolbar } from "./toolbar";
import { TopBar } from "./topbar";
import { Transport } from "./transport";

const REMEMBER_MS = 250;

export function Editor({ id, firstFrame }: { id: string; firstFrame: number }) {
  const session = useMemo(() => new Session(id), [id]);
  useEffect(() => {
    void session.open();
    const stops = [
      listenToKeys(session),
      followAddress(session),
      followConfidence(session),
      followFixes(session),
      followLoop(session),
      followHistory(session),
      followWidth(),
      askBeforeLoss(session),
    ];
    return () => {
      for (const stop of stops) stop();
      session.dispose();
    };
  }, [session]);

  const failure = session.failure.value;
  const project = session.project.value;
  if (failure !== null) return <Failure session={session} detail={failure} />;
  if (project === null) {
    return (
      <main class="message">
        <div class="spinner" />
        <p role="status">Opening the project…</p>
      </main>
    );
  }
  return (
    <div class={`editor ${panelShown.value ? "" : "panel-away"}`}>
      <TopBar session={session} />
      <ConnectionBanner session={session} />
      <section class="contents" aria-label="Tools">
        <Toolbar session={session} />
      </section>
      <Stage session={session} project={project} firstFrame={firstFrame} />
      <Inspector session={session} />
      <footer class="deck">
        <Transport session={session} />
        <Timeline session={session} />
      </footer>
      {session.dialog.value === "export" && <ExportDialog session={session} />}
      {session.dialog.value === "help" && <HelpDialog session={session} />}
    </div>
  );
}

function ConnectionBanner({ session }: { session: Session }) {
  return (
    <div class="banner" role="status" aria-live="polite" hidden={session.connected.value}>
      <div class="spinner" />
      Connection lost, retrying. What is loaded still plays; edits are refused until it is back, only
      edges wait for it. Your work is kept on the server.
    </div>
  );
}

function Failure({ session, detail }: { session: Session; detail: string }) {
  if (session.gone.value) {
    return (
      <main class="message">
        <Icon name="film" />
        <h1>This project does not exist</h1>
        <p role="alert">It was deleted, or its address is not complete.</p>
        <button type="button" class="button primary" onClick={openProjects}>
          All projects
        </button>
      </main>
    );
  }
  return (
    <main class="message">
      <Icon name="film" />
      <h1>This project cannot be shown</h1>
      <p role="alert">{detail}</p>
      <div class="row">
        <button type="button" class="button primary" onClick={() => void session.open()}>
          <Icon name="retry" />
          Try again
        </button>
        <button type="button" class="button" onClick={openProjects}>
          All projects
        </button>
      </div>
    </main>
  );
}

/** Has the browser ask before it leaves a page whose last edge has not come to the server. */
function askBeforeLoss(session: Session): () => void {
  const ask = (event: BeforeUnloadEvent) => {
    session.edges.commit();
    if (session.edges.unsaved) event.preventDefault();
  };
  addEventListener("beforeunload", ask);
  return () => removeEventListener("beforeunload", ask);
}

/** Playing goes round between in and out while it is asked to. */
function followLoop(session: Session): () => void {
  return effect(() => {
    const playback = session.playback.value;
    const count = session.project.value?.clip.frame_count ?? 0;
    const { in: start, out } = session.marks.value;
    if (!playback?.manifest.value || count === 0) return;
    playback.setLoop(session.loops.value ? [start ?? 0, (out ?? count - 1) + 1] : null);
  });
}

/** Writes the frame at rest into the address. */
function followAddress(session: Session): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const playback = session.playback.value;
    const frame = playback?.frame.value ?? 0;
    clearTimeout(timer);
    if (!playback?.shown.value || playback.playing.value) return;
    timer = setTimeout(() => rememberFrame(session.id, frame), REMEMBER_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
