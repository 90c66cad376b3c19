import { describe, expect, it } from "vitest";
import { withGone } from "../src/engine/matte-set";
import type { Manifest } from "../src/manifest";

const style = (id: string, visible = true) => ({ id, color: "#ffffff", visible });
const object = (id: string) => ({ id, color: "#ff8800" });
const earlier = { objects: [object("kept"), object("gone")] } as unknown as Manifest;

describe("the objects of a revision that is compared with", () => {
  it("are seen as they are now, with those that are gone since in their own colours", () => {
    const seen = [style("kept", false), style("new"), style("newer")];
    expect(withGone(seen, earlier).slice(0, 3)).toEqual(seen);
    expect(withGone([style("kept")], earlier)).toEqual([
      style("kept"),
      { id: "gone", color: "#ff8800", visible: true },
    ]);
  });

  it("are only one where one of several is shown", () => {
    const seen = [style("kept"), style("new", false)];
    expect(withGone(seen, earlier)).toEqual(seen);
  });
});
