/** What of the editor is in sight where the window has no room for all of it. */

import { signal } from "@preact/signals";

/** As in the stylesheets: below it the panel lies over the picture and is put away at first. */
const NARROW = "(max-width: 899px)";

/** Whether the panel of objects and settings shows. */
export const panelShown = signal(true);

export function togglePanel(): void {
  panelShown.value = !panelShown.value;
}

/** Puts a panel that lies over the picture away; whether there was one. */
export function uncoverPicture(): boolean {
  if (!panelShown.value || !matchMedia(NARROW).matches) return false;
  panelShown.value = false;
  return true;
}

/** Puts the panel away in narrow windows and brings it back in wide ones; until the returned call. */
export function followWidth(): () => void {
  const narrow = matchMedia(NARROW);
  const settle = () => {
    panelShown.value = !narrow.matches;
  };
  narrow.addEventListener("change", settle);
  settle();
  return () => narrow.removeEventListener("change", settle);
}
