/** How the place in the clip is told, and going to one that is typed. */

import { signal } from "@preact/signals";
import { frameMeant, placeOf, unitsOf, type Clock, type Unit } from "../logic/readout";
import { recall, remember } from "./choices";
import { notify } from "./notices";
import type { Session } from "./session";

const UNIT_KEY = "mattebox:unit";

const chosen = signal(recall(UNIT_KEY));

/** The unit that was chosen, or the first one that the clip has. */
export function unitOf(clock: Clock): Unit {
  const units = unitsOf(clock);
  return units.find((unit) => unit === chosen.value) ?? units[0] ?? "time";
}

/** The unit that comes after the one that shows. */
export function nextUnit(clock: Clock): Unit {
  const units = unitsOf(clock);
  return units[(units.indexOf(unitOf(clock)) + 1) % units.length] ?? "time";
}

export function chooseUnit(unit: Unit): void {
  chosen.value = unit;
  remember(UNIT_KEY, unit);
}

/** Goes to what was typed, or says what can be. */
export function goTo(session: Session, clock: Clock, typed: string): void {
  const unit = unitOf(clock);
  const frame = frameMeant(clock, unit, typed, session.frame.value);
  if (frame !== null) {
    void session.playback.value?.seek(frame);
    return;
  }
  const last = clock.timing.ticks.length - 1;
  const [from, to] = [placeOf(clock, unit, 0), placeOf(clock, unit, last)];
  const frames = unit === "frames" ? "" : `, frames 0 to ${last}`;
  notify(`“${typed}” is not in this clip, which goes from ${from} to ${to}${frames}.`);
}
