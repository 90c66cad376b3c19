/** How large the picture is shown, and other sizes to choose from. */

import { useRef, useState } from "preact/hooks";
import type { Session } from "../state/session";
import { Menu } from "../ui/menu";
import { fitPicture, setZoom, zoomOf } from "./stage-view";

/** The zooms to choose from, in screen pixels per picture pixel. */
const ZOOMS = [0.5, 1, 2, 4, 8];
/** Roughly the menu's size, to stand above its button. */
const MENU = { width: 168, height: 188 };

export function StageZoom({ session }: { session: Session }) {
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  const [open, setOpen] = useState(false);
  if (!session.playback.value?.shown.value) return null;
  const percent = Math.round(zoomOf(session) * 100);
  const size = session.fitted.value ? `Fit · ${percent} %` : `${percent} %`;
  const items = [
    { label: "Fit", run: () => fitPicture(session) },
    ...ZOOMS.map((zoom) => ({ label: `${zoom * 100} %`, run: () => setZoom(session, zoom) })),
  ];
  const box = button.current?.getBoundingClientRect();
  return (
    <div class="zoom stage-control">
      <button
        ref={button}
        type="button"
        class="button quiet numbers"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={`Zoom: ${size}`}
        // A press beside the open menu closes it, this one too; its click shall not open it again.
        onPointerDown={() => {
          wasOpen.current = open;
        }}
        onClick={(event) => setOpen(event.detail === 0 || !wasOpen.current)}
      >
        {size}
      </button>
      {open && box && (
        <Menu
          label="Zoom"
          at={{ x: box.right - MENU.width, y: box.top - MENU.height }}
          items={items}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}
