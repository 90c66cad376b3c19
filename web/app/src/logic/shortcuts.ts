/** Every keyboard shortcut of the editor, in one table that both the keys and the help read. */

export type Command =
  | "toggle-play"
  | "shuttle-back"
  | "shuttle-forward"
  | "step-back"
  | "step-forward"
  | "step-back-ten"
  | "step-forward-ten"
  | "first-frame"
  | "last-frame"
  | "previous-keyframe"
  | "next-keyframe"
  | "mark-in"
  | "mark-out"
  | "clear-marks"
  | "undo"
  | "redo"
  | "apply"
  | "swap-tool"
  | "delete-click"
  | "deselect"
  | "view-overlay"
  | "view-cutout"
  | "view-matte"
  | "view-original"
  | "toggle-points"
  | "fit"
  | "actual-size"
  | "export"
  | "help";

export interface Shortcut {
  readonly command: Command;
  /** Key as in `KeyboardEvent.key`, lower case; `Ctrl` stands for Command on a Mac. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly group: "Play" | "Move" | "Cut out" | "View";
}

export const SHORTCUTS: readonly Shortcut[] = [
  { command: "toggle-play", keys: ["Space", "k"], label: "Play or pause", group: "Play" },
  { command: "shuttle-back", keys: ["j"], label: "Play backwards, faster each time", group: "Play" },
  { command: "shuttle-forward", keys: ["l"], label: "Play forwards, faster each time", group: "Play" },
  { command: "mark-in", keys: ["i"], label: "In point here", group: "Play" },
  { command: "mark-out", keys: ["o"], label: "Out point here", group: "Play" },
  { command: "clear-marks", keys: ["Shift+x"], label: "Clear in and out", group: "Play" },
  { command: "step-back", keys: ["ArrowLeft"], label: "One frame back", group: "Move" },
  { command: "step-forward", keys: ["ArrowRight"], label: "One frame forward", group: "Move" },
  { command: "step-back-ten", keys: ["Shift+ArrowLeft"], label: "Ten frames back", group: "Move" },
  { command: "step-forward-ten", keys: ["Shift+ArrowRight"], label: "Ten frames forward", group: "Move" },
  { command: "first-frame", keys: ["Home"], label: "First frame", group: "Move" },
  { command: "last-frame", keys: ["End"], label: "Last frame", group: "Move" },
  { command: "previous-keyframe", keys: ["["], label: "Previous keyframe", group: "Move" },
  { command: "next-keyframe", keys: ["]"], label: "Next keyframe", group: "Move" },
  { command: "swap-tool", keys: ["x"], label: "Swap include and exclude", group: "Cut out" },
  { command: "delete-click", keys: ["Delete", "Backspace"], label: "Delete the selected point", group: "Cut out" },
  { command: "deselect", keys: ["Escape"], label: "Deselect the point", group: "Cut out" },
  { command: "apply", keys: ["Enter"], label: "Apply to the whole clip", group: "Cut out" },
  { command: "undo", keys: ["Ctrl+z"], label: "Undo", group: "Cut out" },
  { command: "redo", keys: ["Ctrl+Shift+z", "Ctrl+y"], label: "Redo", group: "Cut out" },
  { command: "export", keys: ["Ctrl+e"], label: "Export", group: "Cut out" },
  { command: "view-overlay", keys: ["1"], label: "Overlay", group: "View" },
  { command: "view-cutout", keys: ["2"], label: "Cutout", group: "View" },
  { command: "view-matte", keys: ["3"], label: "Matte", group: "View" },
  { command: "view-original", keys: ["4"], label: "Original", group: "View" },
  { command: "toggle-points", keys: ["h"], label: "Hide or show points", group: "View" },
  { command: "fit", keys: ["f"], label: "Fit the picture", group: "View" },
  { command: "actual-size", keys: ["Shift+f"], label: "Actual size", group: "View" },
  { command: "help", keys: ["?"], label: "All shortcuts", group: "View" },
];

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** The canonical name of a key press: `Ctrl+Shift+z`, `ArrowLeft`, `?`. */
export function keyName(press: KeyPress): string {
  const key = press.key === " " ? "Space" : press.key.length === 1 ? press.key.toLowerCase() : press.key;
  // A symbol such as "?" already says that Shift was down, and on which key differs by layout.
  const symbol = press.key.length === 1 && press.key !== " " && !/[a-z0-9]/i.test(press.key);
  const names = [];
  if (press.ctrlKey || press.metaKey) names.push("Ctrl");
  if (press.shiftKey && !symbol) names.push("Shift");
  names.push(key);
  return names.join("+");
}

const BY_KEY = new Map(SHORTCUTS.flatMap((entry) => entry.keys.map((key) => [key, entry.command])));

export function commandFor(press: KeyPress): Command | null {
  // AltGr arrives as Ctrl+Alt and types "[" on many layouts, so only bare Alt is turned away.
  if (press.altKey && !press.ctrlKey) return null;
  const plain = press.altKey ? { ...press, ctrlKey: false } : press;
  return BY_KEY.get(keyName(plain)) ?? null;
}

const SYMBOLS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  Delete: "Del",
  Backspace: "⌫",
  Escape: "Esc",
};

/** A key's name for people, its parts apart: `["Ctrl", "Z"]`. */
export function keyCaps(key: string, mac: boolean): string[] {
  return key.split("+").map((part) => {
    if (part === "Ctrl") return mac ? "⌘" : "Ctrl";
    return SYMBOLS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
}

/** The tooltip's ending for a command: ` (X)`, or nothing where it has no key. */
export function hint(command: Command, mac: boolean): string {
  const key = SHORTCUTS.find((entry) => entry.command === command)?.keys[0];
  return key ? ` (${keyCaps(key, mac).join(mac ? "" : "+")})` : "";
}
