/** Where the playhead is, in a unit to choose, and a field to go elsewhere. */

import { useState } from "preact/hooks";
import { placeOf, type Clock, type Unit } from "../logic/readout";
import { formatFrames } from "../logic/timecode";
import { chooseUnit, goTo, nextUnit, unitOf } from "../state/readout";
import type { Session } from "../state/session";
import { useClock } from "../ui/clock";
import { NameField } from "../ui/controls";
import { keysOf } from "../ui/platform";

const NAMES: Readonly<Record<Unit, { readonly short: string; readonly long: string }>> = {
  source: { short: "TC", long: "source timecode" },
  time: { short: "Time", long: "time in the clip" },
  frames: { short: "Frame", long: "frame number" },
  seconds: { short: "Sec", long: "seconds" },
};

export function ReadOut({ session }: { session: Session }) {
  const clock = useClock(session);
  const frame = session.frame.value;
  const count = session.project.value?.clip.frame_count ?? 0;
  return (
    <div class="read-out numbers">
      {clock && (
        <>
          <Place session={session} clock={clock} frame={frame} />
          <UnitButton clock={clock} />
        </>
      )}
      <span class="dim roomy">
        frame <span data-testid="frame">{frame}</span> · {formatFrames(count)}
      </span>
    </div>
  );
}

interface PlaceProps {
  session: Session;
  clock: Clock;
  frame: number;
}

function Place({ session, clock, frame }: PlaceProps) {
  const [byKey, setByKey] = useState(false);
  const { typesPlace } = session;
  const place = placeOf(clock, unitOf(clock), frame);
  const leave = () => {
    typesPlace.value = false;
  };
  if (typesPlace.value) {
    return (
      <NameField
        class="timecode"
        label="Timecode or frame number to go to"
        value={place}
        onCommit={(typed) => {
          leave();
          goTo(session, clock, typed);
        }}
        onCancel={leave}
      />
    );
  }
  return (
    <button
      type="button"
      class="button quiet timecode"
      // After a key on it; whoever came with the shortcut goes on with the editor's keys.
      data-renames={byKey ? "" : undefined}
      aria-label={`${place}, go elsewhere`}
      data-tip="Go to a timecode, a frame number, or +10 and -10. Frames count from 0"
      data-keys={keysOf("go-to")}
      onBlur={() => setByKey(false)}
      onClick={(event) => {
        setByKey(event.detail === 0);
        typesPlace.value = true;
      }}
    >
      {place}
    </button>
  );
}

function UnitButton({ clock }: { clock: Clock }) {
  const unit = unitOf(clock);
  const next = nextUnit(clock);
  return (
    <button
      type="button"
      class="button quiet unit"
      aria-label={`${NAMES[unit].short}: ${NAMES[unit].long} is shown; change to ${NAMES[next].long}`}
      data-tip={`Shows the ${NAMES[unit].long}; click for the ${NAMES[next].long}`}
      onClick={() => chooseUnit(next)}
    >
      {NAMES[unit].short}
    </button>
  );
}
