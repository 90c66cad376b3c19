import { describe, expect, it } from "vitest";
import { capsOf, commandFor, keyCaps, repeats, searchShortcuts, SHORTCUTS, type KeyPress } from "../src/logic/shortcuts";

function press(key: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held };
}

describe("shortcuts", () => {
  it("gives no key to two commands", () => {
    const keys = SHORTCUTS.flatMap((entry) => entry.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each([
    [press(" "), "toggle-play"],
    [press("k"), "toggle-play"],
    [press("J"), "shuttle-back"],
    [press("ArrowRight"), "step-forward"],
    [press("ArrowRight", { shiftKey: true }), "step-forward-ten"],
    [press("z", { ctrlKey: true }), "undo"],
    [press("Z", { metaKey: true, shiftKey: true }), "redo"],
    [press("y", { ctrlKey: true }), "redo"],
    [press("?", { shiftKey: true }), "help"],
    [press("["), "previous-keyframe"],
    [press("Enter"), "apply"],
    [press("2"), "view-cutout"],
    [press("+", { shiftKey: true }), "zoom-in"],
    [press("H", { shiftKey: true }), "tool-hand"],
  ] as const)("reads %o as %s", (event, command) => {
    expect(commandFor(event)).toBe(command);
  });

  it("reads brackets that are typed with AltGr", () => {
    expect(commandFor(press("]", { ctrlKey: true, altKey: true }))).toBe("next-keyframe");
  });

  it("reads digits where they need Shift to be typed", () => {
    expect(commandFor(press("é", { code: "Digit2" }))).toBe("view-cutout");
    expect(commandFor(press("(", { code: "Digit5" }))).toBe("view-wipe");
    expect(commandFor(press("-", { code: "Digit6" }))).toBe("zoom-out");
    expect(commandFor(press("@", { code: "Digit2", shiftKey: true }))).toBeNull();
  });

  it("does again while a key is held only what goes on step by step", () => {
    expect(repeats("step-forward")).toBe(true);
    expect(repeats("brush-larger")).toBe(true);
    for (const command of ["apply", "undo", "add-object", "keep-frame", "mute"] as const) {
      expect(repeats(command)).toBe(false);
    }
  });

  it("leaves other presses alone", () => {
    expect(commandFor(press("k", { altKey: true }))).toBeNull();
    expect(commandFor(press("k", { ctrlKey: true }))).toBeNull();
    expect(commandFor(press("F5"))).toBeNull();
  });

  it("are found by what they do and by their keys", () => {
    const commands = (query: string) => searchShortcuts(query, false).map(({ command }) => command);
    expect(commands("keyframe next")).toEqual(["next-keyframe"]);
    expect(commands("ctrl+e")).toEqual(["export"]);
    expect(commands("").length).toBe(SHORTCUTS.length);
    expect(commands("no such thing")).toEqual([]);
  });

  it("names keys for people", () => {
    expect(keyCaps("Ctrl+Shift+z", false)).toEqual(["Ctrl", "Shift", "Z"]);
    expect(keyCaps("Plus", false)).toEqual(["+"]);
    expect(capsOf("undo", true)).toEqual(["⌘", "Z"]);
    expect(capsOf("swap-tool", false)).toEqual(["X"]);
  });
});
