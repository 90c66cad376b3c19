/** What is under the pointer on the timeline: its picture, frame number and time. */

import { useEffect, useRef } from "preact/hooks";
import { frameCentre } from "../logic/timeline";
import { placeOf } from "../logic/readout";
import { unitOf } from "../state/readout";
import { useClock } from "../ui/clock";
import type { Filmstrip } from "./filmstrip";
import type { TimelineView } from "./timeline-view";

const PICTURE_HEIGHT = 96;
/** Room for the words below the picture. */
const TEXT_WIDTH = 190;
const SETTLE_MS = 90;

interface HoverCardProps {
  view: TimelineView;
  strip: Filmstrip;
}

export function HoverCard({ view, strip }: HoverCardProps) {
  const { session } = view;
  const clock = useClock(session);
  const unit = clock && unitOf(clock);
  const frame = view.hovered.value;
  const clip = session.project.value?.clip;
  if (frame === null || !clip) return null;
  const track = view.track.value;
  const width = Math.min(220, Math.round((PICTURE_HEIGHT * clip.width) / clip.height));
  const room = Math.max(width, TEXT_WIDTH) / 2;
  const x = Math.min(track.width - room, Math.max(room, frameCentre(track, frame)));
  const sure = session.confidence.value[session.object.value?.id ?? ""]?.[frame] ?? null;
  return (
    <div class="hover-card" style={{ transform: `translateX(calc(${x}px - 50%))` }} aria-hidden="true">
      <Picture strip={strip} frame={frame} width={width} />
      <div class="numbers">
        {clock ? placeOf(clock, unit ?? "time", frame) : ""}
        {unit !== "frames" && <span class="dim"> · {frame}</span>}
        {sure !== null && <span class="dim"> · {Math.round(sure * 100)} % sure</span>}
      </div>
    </div>
  );
}

interface PictureProps {
  strip: Filmstrip;
  frame: number;
  width: number;
}

/** The filmstrip's picture at once, the frame's own when the pointer rests. */
function Picture({ strip, frame, width }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const near = strip.near(frame);
    if (near) show(canvas.current, near);
    else clear(canvas.current);
    const left = new AbortController();
    const timer = setTimeout(() => {
      void strip.thumbnails.fetch(frame, 2 * PICTURE_HEIGHT, left.signal).then((picture) => {
        if (picture && !left.signal.aborted) show(canvas.current, picture);
        picture?.close();
      });
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [frame]);
  return <canvas ref={canvas} width={2 * width} height={2 * PICTURE_HEIGHT} />;
}

/** Rather none than the picture of another frame. */
function clear(canvas: HTMLCanvasElement | null): void {
  canvas?.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
}

function show(canvas: HTMLCanvasElement | null, picture: ImageBitmap): void {
  const context = canvas?.getContext("2d");
  if (canvas && context) context.drawImage(picture, 0, 0, canvas.width, canvas.height);
}
