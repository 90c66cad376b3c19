import { expect, it } from "vitest";
import source from "../../../src/mattebox/projects/new_objects.py?raw";
import { FIRST_COLOR } from "../src/editor/stage-player";

it("tints the first object, before there is one, as the server will", () => {
  const [, first] = /^COLORS = \("(#[0-9a-f]{6})"/m.exec(source) ?? [];
  expect(FIRST_COLOR).toBe(first);
});
