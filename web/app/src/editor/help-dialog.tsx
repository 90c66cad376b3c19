/** All shortcuts, from the same table that the keys are read with, to be searched. */

import { useEffect, useRef, useState } from "preact/hooks";
import { GROUPS, keyCaps, searchShortcuts, type Shortcut } from "../logic/shortcuts";
import type { Session } from "../state/session";
import { Dialog } from "../ui/controls";
import { Icon } from "../ui/icons";
import { isMac } from "../ui/platform";

/** What the pointer does; the keys alone would be half the help. */
const POINTER: readonly (readonly [string, string])[] = [
  ["Click", "Include"],
  ["Alt + click", "The other of include and exclude"],
  ["Drag", "Box around the object"],
  ["Drag a point", "Move it"],
  [
    "Right-click, menu key, Shift + F10 or a resting finger",
    "Menu of a point, the picture, the timeline, its lanes or an object",
  ],
  ["Wheel or pinch", "Zoom the picture"],
  ["Two fingers, Space + drag", "Pan the picture"],
  ["Shift + wheel", "Size of the brush"],
  ["Ctrl + wheel", "Zoom the timeline"],
  ["Alt + click an eye", "Show that object alone"],
];

export function HelpDialog({ session }: { session: Session }) {
  const [query, setQuery] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const found = searchShortcuts(query, isMac);
  const wanted = query.trim().toLowerCase();
  const pointer = POINTER.filter((entry) => entry.join(" ").toLowerCase().includes(wanted));
  return (
    <Dialog
      title="Shortcuts"
      size="wide"
      onClose={() => {
        session.dialog.value = null;
      }}
    >
      <div class="help-search">
        <Icon name="search" />
        <input
          ref={field}
          class="field grow"
          role="searchbox"
          placeholder="Search for a key or what it does"
          aria-label="Search the shortcuts"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </div>
      <div class="shortcuts" tabIndex={0} role="region" aria-label="All shortcuts">
        {found.length + pointer.length === 0 && <p class="hint">Nothing is called that.</p>}
        {pointer.length > 0 && (
          <section>
            <h3>Pointer</h3>
            <dl>
              {pointer.map(([what, does]) => (
                <div key={what}>
                  <dt>{does}</dt>
                  <dd class="dim">{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        )}
        {GROUPS.map((group) => (
          <Keys key={group} title={group} entries={found.filter((one) => one.group === group)} />
        ))}
      </div>
    </Dialog>
  );
}

function Keys({ title, entries }: { title: string; entries: readonly Shortcut[] }) {
  if (entries.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {entries.map((entry) => (
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
  );
}
