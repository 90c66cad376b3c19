import { signal } from "@preact/signals";
import { beforeEach, describe, expect, it } from "vitest";
import { canKeep, isPropagated } from "../src/state/editing";
import type { Playback } from "../src/state/playback";
import { Session } from "../src/state/session";
import { makeKeyframe, makeObject, makeProject } from "./project";

describe("the mask of a frame in a segment that is not made", () => {
  const frame = signal(60);
  const buffered = signal<Record<string, [number, number][]>>({});
  let session: Session;

  /** A page of revision 2 in which that part of the object's matte is decoded, the server at `revision`. */
  function open(decoded: [number, number][], object = makeObject(), revision = 2): void {
    frame.value = 60;
    buffered.value = { o1: decoded };
    const manifest = signal({
      revision: 2,
      grid: { length: 24, segment_count: 4, frame_count: 90 },
      objects: [{ id: "o1", keyframes: [0], matte: { addresses: ["a", "b", "c", "d"], ready: [[0, 1]] } }],
    });
    const showRevision = () => Promise.resolve();
    session.playback.value = { frame, manifest, buffered, showRevision } as unknown as Playback;
    session.objectId.value = "o1";
    session.accept(makeProject({ revision, objects: [object] }));
  }

  beforeEach(() => {
    session = new Session("p1");
  });

  it("can be kept as soon as it is in sight", () => {
    open([]);
    expect([isPropagated(session), canKeep(session)]).toEqual([false, false]);
    buffered.value = { o1: [[60, 61]] };
    expect([isPropagated(session), canKeep(session)]).toEqual([true, true]);
    frame.value = 61;
    expect([isPropagated(session), canKeep(session)]).toEqual([false, false]);
    frame.value = 5;
    expect(canKeep(session)).toBe(true);
  });

  it("cannot where it is of another object, of another revision or to be updated", () => {
    open([]);
    buffered.value = { o2: [[60, 61]] };
    expect(canKeep(session)).toBe(false);
    open([[60, 61]], makeObject(), 3);
    expect(canKeep(session)).toBe(false);
    open([[60, 61]], makeObject({ stale: [[50, 70]] }));
    expect([isPropagated(session), canKeep(session)]).toEqual([false, false]);
  });

  it("is not kept a second time on a keyframe", () => {
    open([[60, 61]], makeObject({ keyframes: [makeKeyframe({ frame: 60 })] }));
    expect([isPropagated(session), canKeep(session)]).toEqual([true, false]);
  });
});
