/**
 * A clip of any length out of the fixture's: its segments are repeated with their times moved on, so
 * that bytes and codec are real and nothing needs to be made or kept.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `faults` for a server that answers for a clip `repeats` times as long as the one in `stream`. */
export function endless(stream, repeats) {
  const json = (name) => JSON.parse(readFileSync(join(stream, name), "utf8"));
  const table = json("frame-table.json");
  const manifest = json("manifest-1.json");
  const answers = {
    "/api/v1/projects/p1/manifest": longer(manifest, repeats),
    "/api/v1/projects/p1/frame-table": longerTable(table, repeats),
  };
  if (existsSync(join(stream, "sound.json"))) {
    const sound = json("sound.json");
    const longer = { chunk_count: repeats, total_samples: repeats * sound.total_samples };
    answers["/api/v1/projects/p1/sound"] = { ...sound, ...longer };
  }

  return (url, response) => {
    const { pathname } = url;
    if (answers[pathname]) response.end(JSON.stringify(answers[pathname]));
    else if (pathname.endsWith(".flac")) response.end(readFileSync(join(stream, "sound", "0.flac")));
    else if (pathname.endsWith(".m4s")) {
      const [address, repeat] = pathname.split("/").pop().replace(".m4s", "").split("-");
      response.end(moved(readFileSync(join(stream, "segments", `${address}.m4s`)), repeat * table.end_tick));
    } else return false;
    return true;
  };
}

function longer(manifest, repeats) {
  const rendition = (one) => ({
    ...one,
    addresses: Array.from({ length: repeats }, (_, i) => one.addresses.map((address) => `${address}-${i}`)).flat(),
    ready: [[0, repeats * one.addresses.length]],
  });
  const { grid } = manifest;
  return {
    ...manifest,
    grid: { ...grid, segment_count: grid.segment_count * repeats, frame_count: grid.frame_count * repeats },
    shots: [[0, grid.frame_count * repeats]],
    video: rendition(manifest.video),
    objects: manifest.objects.map((object) => ({ ...object, matte: rendition(object.matte) })),
  };
}

function longerTable(table, repeats) {
  const ticks = Array.from({ length: repeats }, (_, i) => table.ticks.map((tick) => tick + i * table.end_tick)).flat();
  return { ...table, ticks, frame_count: ticks.length, end_tick: repeats * table.end_tick };
}

/** The segment with `ticks` added to the time of each of its fragments. */
function moved(segment, ticks) {
  for (let at = segment.indexOf("tfdt"); at >= 0; at = segment.indexOf("tfdt", at + 4)) {
    const wide = segment[at + 4] === 1;
    if (wide) segment.writeBigUInt64BE(segment.readBigUInt64BE(at + 8) + BigInt(ticks), at + 8);
    else segment.writeUInt32BE(segment.readUInt32BE(at + 8) + ticks, at + 8);
  }
  return segment;
}
