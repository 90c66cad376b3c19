/** Projects as the server would send them. */

import type { Keyframe, Project, ProjectObject } from "../src/api/types";

export function makeObject(part: Partial<ProjectObject> = {}): ProjectObject {
  return {
    id: "o1",
    name: "Object 1",
    color: "#ff4fa3",
    visible: true,
    locked: false,
    edge: { clip_black: 0, clip_white: 1, smooth: 0, grow: 0, feather: 0, despill: 0 },
    keyframes: [],
    stale: [],
    ...part,
  };
}

export function makeKeyframe(part: Partial<Keyframe> = {}): Keyframe {
  return { frame: 0, mask: "/m/0.png", absent: false, clicks: [], prompts: [], ...part };
}

export function makeProject(part: Partial<Project> = {}): Project {
  return {
    id: "p1",
    name: "dog",
    created: "2026-11-23T10:00:00Z",
    version: 1,
    can_undo: false,
    can_redo: false,
    revision: 0,
    clip: {
      name: "dog.mp4",
      width: 1280,
      height: 720,
      source_width: 1280,
      source_height: 720,
      rate: [24, 1],
      frame_count: 100,
      has_sound: true,
      timecode: null,
      damage: null,
      shots: [[0, 100]],
    },
    objects: [makeObject()],
    ...part,
  };
}
