/** All shortcuts, from the same table that the keys are read with. */

import { keyCaps, SHORTCUTS } from "../logic/shortcuts";
import type { Session } from "../state/session";
import { Dialog } from "../ui/controls";
import { isMac } from "../ui/platform";

const GROUPS = ["Cut out", "Play", "Move", "View"] as const;

/** What the pointer does; the keys alone would be half the help. */
const POINTER: readonly (readonly [string, string])[] = [
  ["Click", "Include"],
  ["Alt + click", "The other of include and exclude"],
  ["Drag a point", "Move it"],
  ["Right-click a point", "Delete it"],
  ["Wheel", "Zoom"],
  ["Space or middle + drag", "Pan"],
];

export function HelpDialog({ session }: { session: Session }) {
  return (
    <Dialog
      title="Shortcuts"
      wide
      onClose={() => {
        session.dialog.value = null;
      }}
    >
      <div class="shortcuts">
        <section>
          <h2>Pointer</h2>
          <dl>
            {POINTER.map(([what, does]) => (
              <div key={what}>
                <dt>{does}</dt>
                <dd class="dim">{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        {GROUPS.map((group) => (
          <section key={group}>
            <h2>{group}</h2>
            <dl>
              {SHORTCUTS.filter((entry) => entry.group === group).map((entry) => (
                <div key={entry.command}>
                  <dt>{entry.label}</dt>
                  <dd>
                    {entry.keys.map((key) => (
                      <span key={key} class="keys">
                        {keyCaps(key, isMac).map((cap) => (
                          <kbd key={cap}>{cap}</kbd>
                        ))}
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
