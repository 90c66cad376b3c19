/** How the brush and the lasso work, on a small bar over the picture. */

import type { Session } from "../state/session";
import { LARGEST_RADIUS, SMALLEST_RADIUS } from "../state/toolbox";
import { Segmented } from "../ui/controls";

const WORKS = [
  {
    value: "paint",
    label: "Paint",
    tip: "Edits the mask itself, exactly as drawn",
    command: "toggle-direct",
  },
  {
    value: "prompt",
    label: "Hint",
    tip: "Tells the network what is meant",
    command: "toggle-direct",
  },
] as const;

const WAYS = [
  { value: "add", label: "Add", command: "swap-tool" },
  { value: "erase", label: "Erase", command: "swap-tool" },
] as const;

export function ToolOptions({ session }: { session: Session }) {
  const tool = session.tool.value;
  if (tool !== "brush" && tool !== "lasso") return null;
  const { toolbox } = session;
  const { direct, erase, radius } = toolbox.stroke.value;
  const clip = session.project.value?.clip;
  const pixels = Math.round(2 * radius * Math.min(clip?.width ?? 0, clip?.height ?? 0));
  return (
    <div class="tool-options stage-control" role="group" aria-label={`Options of the ${tool}`}>
      <Segmented
        label="Works as"
        value={direct ? "paint" : "prompt"}
        choices={WORKS}
        onChange={(value) => toolbox.setStroke({ direct: value === "paint" })}
      />
      <Segmented
        label="Adds or erases"
        value={erase ? "erase" : "add"}
        choices={WAYS}
        onChange={(value) => toolbox.setStroke({ erase: value === "erase" })}
      />
      {tool === "brush" && (
        <label class="row brush-size">
          Size
          <input
            type="range"
            min={Math.log(SMALLEST_RADIUS)}
            max={Math.log(LARGEST_RADIUS)}
            step="any"
            value={Math.log(radius)}
            aria-valuetext={`${pixels} pixels`}
            onInput={(event) =>
              toolbox.setStroke({ radius: Math.exp(Number(event.currentTarget.value)) })
            }
          />
          <span class="dim numbers">{pixels} px</span>
        </label>
      )}
    </div>
  );
}
