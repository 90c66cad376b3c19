/** Plays a Mattebox playlist with hls.js in a video element: proof that others can play it. */

import Hls from "hls.js";
import { until } from "./until";

interface Played {
  readonly duration: number;
  readonly ended: boolean;
  readonly at: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly errors: string[];
}

/** Plays to the end (at twice the speed) and tells how it went. */
async function play(address: string): Promise<Played> {
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  const errors: string[] = [];
  const hls = new Hls({ enableWorker: false });
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (data.fatal) errors.push(`${data.type}: ${data.details}`);
  });
  hls.loadSource(address);
  hls.attachMedia(video);
  video.playbackRate = 2;
  await video.play().catch((error: unknown) => errors.push(String(error)));
  const where = () => `the end of ${address}, played up to ${video.currentTime} s`;
  await until(where, () => video.ended || errors.length > 0);
  const played = {
    duration: video.duration,
    ended: video.ended,
    at: video.currentTime,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    width: video.videoWidth,
    height: video.videoHeight,
    errors,
  };
  hls.destroy();
  video.remove();
  return played;
}

declare global {
  interface Window {
    playHls: typeof play;
  }
}

window.playHls = play;
