/** The tools left of the picture. */

import type { Session } from "../state/session";
import type { Tool } from "../tools/types";
import type { Command } from "../logic/shortcuts";
import { IconButton } from "../ui/controls";
import { toggleCursor } from "./stage-cursor";
import { fitPicture } from "./stage-view";

const TOOLS: readonly { tool: Tool; label: string; command: Command }[] = [
  { tool: "include", label: "Include: click what belongs to the object", command: "tool-click" },
  { tool: "exclude", label: "Exclude: click what does not belong", command: "swap-tool" },
  { tool: "box", label: "Box: drag around the object", command: "tool-box" },
  { tool: "brush", label: "Brush: paint the mask or hint at it", command: "tool-brush" },
  { tool: "lasso", label: "Lasso: draw around an area", command: "tool-lasso" },
  { tool: "hand", label: "Hand: move the picture", command: "tool-hand" },
];

export function Toolbar({ session }: { session: Session }) {
  const { toolbox } = session;
  const shown = session.pointsShown.value;
  const slow = toolbox.hoverSlow.value;
  const hovers = toolbox.hover.value && slow === null;
  return (
    <div class="toolbar" role="toolbar" aria-label="Tools" aria-orientation="vertical">
      {TOOLS.map(({ tool, label, command }) => (
        <IconButton
          key={tool}
          class={tool}
          icon={tool}
          label={label}
          command={command}
          pressed={session.tool.value === tool}
          onClick={() => {
            session.tool.value = tool;
          }}
        />
      ))}
      <hr />
      <IconButton
        icon="crosshair"
        label="Crosshair: use the tool with the arrow keys and Enter"
        command="crosshair"
        pressed={toolbox.cursor.value !== null}
        onClick={() => toggleCursor(session)}
      />
      <IconButton
        icon="preview"
        label={hoverLabel(hovers, slow)}
        command="toggle-hover"
        pressed={hovers}
        onClick={() => toolbox.toggleHover()}
      />
      <IconButton
        icon={shown ? "eye" : "eye-off"}
        label={shown ? "Hide points" : "Show points"}
        command="toggle-points"
        onClick={() => {
          session.pointsShown.value = !shown;
        }}
      />
      <IconButton
        icon="fit"
        label="Fit the picture"
        command="fit"
        onClick={() => fitPicture(session)}
      />
    </div>
  );
}

function hoverLabel(hovers: boolean, slow: number | null): string {
  if (slow !== null) {
    return `Preview is off: answers took ${(slow / 1000).toFixed(1)} s. Turn it on again`;
  }
  return hovers ? "Preview of a click: on" : "Preview of a click: off";
}
