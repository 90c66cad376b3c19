/** The tools left of the picture. */

import type { Session, Tool } from "../state/session";
import { IconButton } from "../ui/controls";
import { keyHint } from "../ui/platform";
import { fitPicture } from "./stage-view";

const TOOLS: readonly { tool: Tool; label: string }[] = [
  { tool: "include", label: "Include: click what belongs to the object" },
  { tool: "exclude", label: "Exclude: click what does not belong" },
];

export function Toolbar({ session }: { session: Session }) {
  const shown = session.pointsShown.value;
  return (
    <div class="toolbar" role="toolbar" aria-label="Tools" aria-orientation="vertical">
      {TOOLS.map(({ tool, label }) => (
        <IconButton
          key={tool}
          class={tool}
          icon={tool}
          label={label}
          hint={keyHint("swap-tool")}
          pressed={session.tool.value === tool}
          onClick={() => {
            session.tool.value = tool;
          }}
        />
      ))}
      <hr />
      <IconButton
        icon={shown ? "eye" : "eye-off"}
        label={shown ? "Hide points" : "Show points"}
        hint={keyHint("toggle-points")}
        onClick={() => {
          session.pointsShown.value = !shown;
        }}
      />
      <IconButton
        icon="fit"
        label="Fit the picture"
        hint={keyHint("fit")}
        onClick={() => fitPicture(session)}
      />
    </div>
  );
}
