/**
 * Reads what the protocol's segments are made of (P10 to P12): one video track in fragmented MP4.
 * Ticks stay integers from the file to the screen, which is why this is not left to a demuxer that
 * speaks seconds (docs/decisions/player-demuxer.md). ISO/IEC 14496-12 names the boxes.
 */

/** One coded picture. */
export interface Sample {
  readonly data: Uint8Array;
  /** Presentation time; equal to decoding time, nothing is reordered. */
  readonly ticks: number;
  readonly duration: number;
  readonly sync: boolean;
}

/** What of an initialisation segment concerns its samples. */
export interface InitSegment {
  readonly timescale: number;
  readonly trackId: number;
  readonly defaults: SampleDefaults;
}

interface SampleDefaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

interface Box {
  readonly type: string;
  /** Offset of the box itself, of its payload, and its end. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

const NON_SYNC = 0x10000;

/** @throws Error when `bytes` is no initialisation segment of a single track. */
export function readInit(bytes: Uint8Array): InitSegment {
  const view = viewOf(bytes);
  const moov = need(find(view, 0, bytes.length, "moov"), "moov");
  const trak = need(find(view, moov.body, moov.end, "trak"), "trak");
  const mdia = need(find(view, trak.body, trak.end, "mdia"), "mdia");
  const mdhd = need(find(view, mdia.body, mdia.end, "mdhd"), "mdhd");
  const tkhd = need(find(view, trak.body, trak.end, "tkhd"), "tkhd");
  const mvex = find(view, moov.body, moov.end, "mvex");
  const trex = mvex && find(view, mvex.body, mvex.end, "trex");
  return {
    timescale: view.getUint32(mdhd.body + (view.getUint8(mdhd.body) === 1 ? 20 : 12)),
    trackId: view.getUint32(tkhd.body + (view.getUint8(tkhd.body) === 1 ? 20 : 12)),
    defaults: {
      duration: trex ? view.getUint32(trex.body + 12) : 0,
      size: trex ? view.getUint32(trex.body + 16) : 0,
      flags: trex ? view.getUint32(trex.body + 20) : 0,
    },
  };
}

/**
 * The samples of a media segment in order, over all its `moof`+`mdat` pairs.
 *
 * @throws Error with one sentence when the segment is cut off or reorders pictures.
 */
export function readSegment(bytes: Uint8Array, init: InitSegment): Sample[] {
  const view = viewOf(bytes);
  const samples: Sample[] = [];
  for (const moof of boxes(view, 0, bytes.length)) {
    if (moof.type !== "moof") continue;
    for (const traf of boxes(view, moof.body, moof.end)) {
      if (traf.type === "traf") readTrackFragment(view, bytes, moof, traf, init, samples);
    }
  }
  if (samples.length === 0) throw new Error("The segment holds no sample.");
  return samples;
}

/** How many of a segment's first bytes are whole `moof`+`mdat` pairs, while the rest is on its way. */
export function wholePairs(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  let end = 0;
  for (let at = 0; at + 16 <= bytes.length; ) {
    const size = view.getUint32(at) === 1 ? Number(view.getBigUint64(at + 8)) : view.getUint32(at);
    at += Math.max(size, 8);
    if (size >= 8 && at <= bytes.length && typeAt(view, at - size + 4) === "mdat") end = at;
  }
  return end;
}

function readTrackFragment(
  view: DataView,
  bytes: Uint8Array,
  moof: Box,
  traf: Box,
  init: InitSegment,
  samples: Sample[],
): void {
  const header = readTrackHeader(view, moof, need(find(view, traf.body, traf.end, "tfhd"), "tfhd"), init);
  const tfdt = need(find(view, traf.body, traf.end, "tfdt"), "tfdt");
  let ticks =
    view.getUint8(tfdt.body) === 1 ? Number(view.getBigUint64(tfdt.body + 4)) : view.getUint32(tfdt.body + 4);
  let position = header.base;
  for (const trun of boxes(view, traf.body, traf.end)) {
    if (trun.type !== "trun") continue;
    for (const entry of readRun(view, trun, header.defaults)) {
      if (entry.offset !== null) position = header.base + entry.offset;
      if (position + entry.size > bytes.length) throw new Error("The segment is cut off.");
      samples.push({
        data: bytes.subarray(position, position + entry.size),
        ticks,
        duration: entry.duration,
        sync: (entry.flags & NON_SYNC) === 0,
      });
      position += entry.size;
      ticks += entry.duration;
    }
  }
}

function readTrackHeader(
  view: DataView,
  moof: Box,
  tfhd: Box,
  init: InitSegment,
): { base: number; defaults: SampleDefaults } {
  const flags = view.getUint32(tfhd.body) & 0xffffff;
  let at = tfhd.body + 8;
  let base = moof.start;
  if (flags & 0x1) {
    base = Number(view.getBigUint64(at));
    at += 8;
  }
  if (flags & 0x2) at += 4;
  const take = (bit: number, otherwise: number): number => {
    if (!(flags & bit)) return otherwise;
    at += 4;
    return view.getUint32(at - 4);
  };
  const duration = take(0x8, init.defaults.duration);
  const size = take(0x10, init.defaults.size);
  return { base, defaults: { duration, size, flags: take(0x20, init.defaults.flags) } };
}

interface RunEntry extends SampleDefaults {
  /** Set on a run's first sample when the run says where its data lies. */
  readonly offset: number | null;
}

function* readRun(view: DataView, trun: Box, defaults: SampleDefaults): Generator<RunEntry> {
  const flags = view.getUint32(trun.body) & 0xffffff;
  const count = view.getUint32(trun.body + 4);
  let at = trun.body + 8;
  const next = (): number => {
    at += 4;
    return view.getUint32(at - 4);
  };
  const offset = flags & 0x1 ? next() | 0 : null;
  const firstFlags = flags & 0x4 ? next() : null;
  for (let i = 0; i < count; i++) {
    const duration = flags & 0x100 ? next() : defaults.duration;
    const size = flags & 0x200 ? next() : defaults.size;
    const own = flags & 0x400 ? next() : defaults.flags;
    if (flags & 0x800 && next() !== 0) throw new Error("The segment reorders pictures, which it must not.");
    yield { offset: i === 0 ? offset : null, duration, size, flags: i === 0 ? (firstFlags ?? own) : own };
  }
}

function* boxes(view: DataView, start: number, end: number): Generator<Box> {
  let at = start;
  while (at + 8 <= end) {
    let size = view.getUint32(at);
    let body = at + 8;
    if (size === 1) {
      size = Number(view.getBigUint64(at + 8));
      body = at + 16;
    } else if (size === 0) {
      size = end - at;
    }
    if (size < body - at || at + size > end) throw new Error("The segment is cut off.");
    yield { type: typeAt(view, at + 4), start: at, body, end: at + size };
    at += size;
  }
}

function find(view: DataView, start: number, end: number, type: string): Box | undefined {
  for (const box of boxes(view, start, end)) if (box.type === type) return box;
  return undefined;
}

function need(box: Box | undefined, type: string): Box {
  if (!box) throw new Error(`The segment has no ${type} box.`);
  return box;
}

function typeAt(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
