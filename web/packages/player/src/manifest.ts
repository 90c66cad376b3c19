/**
 * The manifest and the frame table as the server sends them (docs/protocol.md, sections 1 and 2),
 * and what the player derives from them. Frame indices are 0-based, ranges half-open.
 */

/** `GET /projects/{project}/frame-table`. */
export interface FrameTableJson {
  readonly hash: string;
  readonly frame_count: number;
  readonly timescale: number;
  readonly ticks: readonly number[];
  readonly end_tick: number;
  readonly damage: string | null;
}

/** Stands for the address of a segment that depends on cuts which are still looked for (P29). */
export const UNDECIDED = "";

/** One stream of segments: the video, or one object's matte. */
export interface Rendition {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Y'CbCr matrix; absent for mattes, which have no colour. */
  readonly matrix?: "bt709" | "bt601";
  readonly range: "limited" | "full";
  /** Address of the initialisation segment. */
  readonly init: string;
  /** Address of a segment, with `{address}` in it. */
  readonly template: string;
  /** Address of the matte of one frame, with `{address}` and `{frame}` in it; absent for the video. */
  readonly frame_template?: string;
  /** Content address of every segment of the grid, or {@link UNDECIDED}. */
  readonly addresses: readonly string[];
  /** Ranges of segments that answer without new work. */
  readonly ready: readonly (readonly [number, number])[];
}

/** An object as the manifest names it. `matte` is null before its first Apply. */
export interface ManifestObject {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly keyframes: readonly number[];
  readonly matte: Rendition | null;
}

/** `GET /projects/{project}/manifest`. */
export interface Manifest {
  readonly version: number;
  readonly project: string;
  readonly revision: number;
  readonly frame_table: { readonly uri: string; readonly hash: string };
  readonly timescale: number;
  readonly grid: {
    readonly length: number;
    readonly segment_count: number;
    readonly frame_count: number;
  };
  readonly shots: readonly (readonly [number, number])[] | null;
  readonly video: Rendition;
  readonly objects: readonly ManifestObject[];
}
