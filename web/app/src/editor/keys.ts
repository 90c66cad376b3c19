/** Turns key presses into the editor's commands. */

import { commandFor, repeats, type Command } from "../logic/shortcuts";
import { goToFix } from "../state/confidence";
import * as editing from "../state/editing";
import * as marking from "../state/marking";
import { openExport } from "../state/exporting";
import * as objects from "../state/objects";
import type { Session } from "../state/session";
import { togglePanel, uncoverPicture } from "../state/layout";
import { fitTimeline, zoomTimeline } from "../state/timeline";
import { toggleCursor } from "./stage-cursor";
import { fitPicture, holdSpace, showActualSize, stepZoom } from "./stage-view";

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
  "next-to-fix": goToFix,
  "go-to": (session) => {
    session.typesPlace.value = true;
  },
  "timeline-in": (session) => zoomTimeline(session, 2),
  "timeline-out": (session) => zoomTimeline(session, 0.5),
  "timeline-fit": fitTimeline,
  "mark-in": (session) => editing.mark(session, "in"),
  "mark-out": (session) => editing.mark(session, "out"),
  "clear-marks": editing.clearMarks,
  loop: (session) => {
    session.loops.value = !session.loops.value;
  },
  mute: ({ playback }) => playback.value?.setMuted(!playback.value.muted.value),
  undo: editing.undo,
  redo: editing.redo,
  apply: editing.apply,
  "swap-tool": marking.swapTool,
  "tool-click": (session) => {
    session.tool.value = "include";
  },
  "tool-box": (session) => {
    session.tool.value = "box";
  },
  "tool-brush": (session) => {
    session.tool.value = "brush";
  },
  "tool-lasso": (session) => {
    session.tool.value = "lasso";
  },
  "tool-hand": (session) => {
    session.tool.value = "hand";
  },
  "brush-smaller": (session) => session.toolbox.resize(-1),
  "brush-larger": (session) => session.toolbox.resize(1),
  "toggle-direct": ({ toolbox }) => toolbox.setStroke({ direct: !toolbox.stroke.value.direct }),
  "toggle-hover": (session) => session.toolbox.toggleHover(),
  crosshair: toggleCursor,
  "delete-click": (session) => {
    if (session.clickId.value !== null) marking.deleteMark(session, session.clickId.value);
    else editing.deleteChosenKeyframe(session);
  },
  deselect: (session) => {
    if (uncoverPicture()) return;
    if (session.clickId.value === null) session.compare.value = null;
    session.clickId.value = null;
  },
  "keep-frame": (session) => editing.keepFrame(session, false),
  "mark-absent": (session) => editing.keepFrame(session, true),
  "delete-keyframe": editing.deleteKeyframe,
  "select-above": (session) => objects.selectNext(session, -1),
  "select-below": (session) => objects.selectNext(session, 1),
  solo: (session) => {
    if (session.object.value) objects.toggleSolo(session, session.object.value.id);
  },
  "add-object": objects.addObject,
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
  "view-wipe": editing.toggleWipe,
  "toggle-points": (session) => {
    session.pointsShown.value = !session.pointsShown.value;
  },
  "zoom-in": (session) => stepZoom(session, 1),
  "zoom-out": (session) => stepZoom(session, -1),
  fit: fitPicture,
  "actual-size": showActualSize,
  "toggle-panel": togglePanel,
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
    // What is being drawn belongs to its object and frame: no key moves them away under the hand.
    if (session.toolbox.gesture.value === "mark" || (event.repeat && !repeats(command))) return;
    if (event.key === " " && ON_RELEASE.has(command)) {
      holdSpace(session, true);
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
    if (event.detail > 0 && !control?.closest("dialog, .point, .menu")) control?.blur();
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
