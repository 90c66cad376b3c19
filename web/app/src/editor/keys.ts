/** Turns key presses into the editor's commands. */

import { commandFor, type Command } from "../logic/shortcuts";
import * as editing from "../state/editing";
import { openExport } from "../state/exporting";
import type { Session } from "../state/session";
import { fitPicture, holdSpace, showActualSize } from "./stage-view";

const COMMANDS: Readonly<Record<Command, (session: Session) => void>> = {
  "toggle-play": (session) => session.playback.value?.toggle(),
  "shuttle-back": (session) => session.playback.value?.shuttle(-1),
  "shuttle-forward": (session) => session.playback.value?.shuttle(1),
  "step-back": (session) => session.playback.value?.step(-1),
  "step-forward": (session) => session.playback.value?.step(1),
  "step-back-ten": (session) => session.playback.value?.step(-10),
  "step-forward-ten": (session) => session.playback.value?.step(10),
  "first-frame": (session) => void session.playback.value?.seek(0),
  "last-frame": (session) => void session.playback.value?.seek(Infinity),
  "previous-keyframe": (session) => editing.goToKeyframe(session, -1),
  "next-keyframe": (session) => editing.goToKeyframe(session, 1),
  "mark-in": (session) => editing.mark(session, "in"),
  "mark-out": (session) => editing.mark(session, "out"),
  "clear-marks": editing.clearMarks,
  undo: editing.undo,
  redo: editing.redo,
  apply: (session) => {
    if (session.canApply.value) editing.apply(session);
  },
  "swap-tool": (session) => {
    session.tool.value = session.tool.value === "include" ? "exclude" : "include";
  },
  "delete-click": (session) => {
    if (session.clickId.value !== null) editing.deleteClick(session, session.clickId.value);
  },
  deselect: (session) => {
    session.clickId.value = null;
  },
  "view-overlay": (session) => {
    session.view.value = "overlay";
  },
  "view-cutout": (session) => {
    session.view.value = "cutout";
  },
  "view-matte": (session) => {
    session.view.value = "matte";
  },
  "view-original": (session) => {
    session.view.value = "original";
  },
  "toggle-points": (session) => {
    session.pointsShown.value = !session.pointsShown.value;
  },
  fit: fitPicture,
  "actual-size": showActualSize,
  export: openExport,
  help: (session) => {
    session.dialog.value = "help";
  },
};

/** Space plays when it is released, unless it was held to pan; see the stage. */
const ON_RELEASE: ReadonlySet<Command> = new Set<Command>(["toggle-play"]);

export function listenToKeys(session: Session): () => void {
  const down = (event: KeyboardEvent) => {
    const command = commandOf(session, event);
    if (!command) return;
    event.preventDefault();
    if (event.key === " " && ON_RELEASE.has(command)) {
      if (!event.repeat) holdSpace(session, true);
      return;
    }
    COMMANDS[command](session);
  };
  const up = (event: KeyboardEvent) => {
    if (event.key !== " " || !session.spaceHeld.value) return;
    event.preventDefault();
    const panned = session.spacePanned.value;
    holdSpace(session, false);
    if (!panned) COMMANDS["toggle-play"](session);
  };
  const release = () => holdSpace(session, false);
  // A control that was pressed with the mouse would keep Space and the arrow keys from the editor.
  const letGo = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const control = target?.closest<HTMLElement>(".editor :is(button, input[type=range])");
    if (event.detail > 0 && !control?.closest("dialog, .point")) control?.blur();
  };
  addEventListener("keydown", down);
  addEventListener("keyup", up);
  addEventListener("blur", release);
  addEventListener("click", letGo);
  return () => {
    removeEventListener("keydown", down);
    removeEventListener("keyup", up);
    removeEventListener("blur", release);
    removeEventListener("click", letGo);
  };
}

function commandOf(session: Session, event: KeyboardEvent): Command | null {
  const shown = session.playback.value?.shown.value && session.failure.value === null;
  if (!shown || session.dialog.value !== null) return null;
  const target = event.target instanceof HTMLElement ? event.target : null;
  // Fields keep their keys; a focused button keeps Space and Enter, which press it.
  if (target?.closest("input:not([type=range]), select, textarea")) return null;
  if (target?.closest("button, a, input") && (event.key === " " || event.key === "Enter")) {
    return null;
  }
  if (target?.closest("input[type=range]") && event.key.startsWith("Arrow")) return null;
  return commandFor(event);
}
