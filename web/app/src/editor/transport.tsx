/** The playing controls. */

import * as editing from "../state/editing";
import type { Session } from "../state/session";
import { IconButton } from "../ui/controls";
import { keysOf } from "../ui/platform";
import { ReadOut } from "./read-out";

export function Transport({ session }: { session: Session }) {
  const playback = session.playback.value;
  const playing = playback?.playing.value === true;
  const rate = playback?.rate.value ?? 1;
  return (
    <div class="transport">
      <ReadOut session={session} />
      <div class="row buttons" role="group" aria-label="Playing">
        <IconButton
          icon="first"
          label="First frame"
          command="first-frame"
          onClick={() => void playback?.seek(0)}
        />
        <IconButton
          icon="previous"
          label="One frame back"
          command="step-back"
          onClick={() => playback?.step(-1)}
        />
        <IconButton
          class="play"
          icon={playing ? "pause" : "play"}
          label={playing ? "Pause" : "Play"}
          command="toggle-play"
          onClick={() => playback?.toggle()}
        />
        <IconButton
          icon="next"
          label="One frame forward"
          command="step-forward"
          onClick={() => playback?.step(1)}
        />
        <IconButton
          icon="last"
          label="Last frame"
          command="last-frame"
          onClick={() => void playback?.seek(Infinity)}
        />
        <span class="rate numbers" role="status">
          {playing && rate !== 1 ? `${rate < 0 ? "−" : ""}${Math.abs(rate)}×` : ""}
        </span>
      </div>
      <div class="row end">
        <Sound session={session} />
        <Marks session={session} />
      </div>
    </div>
  );
}

function Sound({ session }: { session: Session }) {
  const playback = session.playback.value;
  if (!playback?.hasSound.value) return null;
  const quiet = playback.muted.value || playback.volume.value === 0;
  return (
    <div class="row sound" role="group" aria-label="Sound">
      <IconButton
        icon={quiet ? "muted" : "sound"}
        label={quiet ? "Sound on" : "Sound off"}
        command="mute"
        onClick={() => playback.setMuted(!playback.muted.value)}
      />
      <input
        type="range"
        aria-label="Volume"
        min={0}
        max={100}
        value={playback.muted.value ? 0 : Math.round(playback.volume.value * 100)}
        onInput={(event) => {
          playback.setVolume(Number(event.currentTarget.value) / 100);
          if (playback.muted.value) playback.setMuted(false);
        }}
      />
    </div>
  );
}

function Marks({ session }: { session: Session }) {
  const { in: start, out: stop } = session.marks.value;
  const marked = start !== null || stop !== null;
  return (
    <div class="row marks numbers">
      {marked && (
        <span class="dim roomy">
          {start ?? 0} to {stop ?? (session.project.value?.clip.frame_count ?? 1) - 1}
        </span>
      )}
      <button
        type="button"
        class="button quiet"
        data-tip="In point here"
        data-keys={keysOf("mark-in")}
        onClick={() => editing.mark(session, "in")}
      >
        In
      </button>
      <button
        type="button"
        class="button quiet"
        data-tip="Out point here"
        data-keys={keysOf("mark-out")}
        onClick={() => editing.mark(session, "out")}
      >
        Out
      </button>
      <IconButton
        icon="loop"
        label="Play from in to out again and again"
        command="loop"
        pressed={session.loops.value}
        onClick={() => {
          session.loops.value = !session.loops.value;
        }}
      />
      <IconButton
        icon="close"
        label="Clear in and out"
        command="clear-marks"
        disabled={!marked}
        onClick={() => editing.clearMarks(session)}
      />
    </div>
  );
}
