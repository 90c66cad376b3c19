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
  | "next-to-fix"
  | "go-to"
  | "mark-in"
  | "mark-out"
  | "clear-marks"
  | "loop"
  | "mute"
  | "undo"
  | "redo"
  | "apply"
  | "tool-click"
  | "tool-box"
  | "tool-brush"
  | "tool-lasso"
  | "tool-hand"
  | "swap-tool"
  | "brush-smaller"
  | "brush-larger"
  | "toggle-direct"
  | "toggle-hover"
  | "crosshair"
  | "delete-click"
  | "keep-frame"
  | "mark-absent"
  | "delete-keyframe"
  | "select-above"
  | "select-below"
  | "solo"
  | "add-object"
  | "deselect"
  | "view-overlay"
  | "view-cutout"
  | "view-matte"
  | "view-original"
  | "view-wipe"
  | "toggle-points"
  | "zoom-in"
  | "zoom-out"
  | "fit"
  | "actual-size"
  | "timeline-in"
  | "timeline-out"
  | "timeline-fit"
  | "toggle-panel"
  | "export"
  | "help";

export const GROUPS = ["Cut out", "Tools", "Objects", "Play", "Move", "View"] as const;
export type Group = (typeof GROUPS)[number];

export interface Shortcut {
  readonly command: Command;
  /** Key as in `KeyboardEvent.key`, lower case; `Ctrl` stands for Command on a Mac. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly group: Group;
  /** Whether it happens again and again while the key is held. */
  readonly repeats?: true;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { command: "toggle-play", keys: ["Space", "k"], label: "Play or pause", group: "Play" },
  { command: "shuttle-back", keys: ["j"], label: "Play backwards, faster each time", group: "Play" },
  { command: "shuttle-forward", keys: ["l"], label: "Play forwards, faster each time", group: "Play" },
  { command: "mark-in", keys: ["i"], label: "In point here", group: "Play" },
  { command: "mark-out", keys: ["o"], label: "Out point here", group: "Play" },
  { command: "clear-marks", keys: ["Shift+x"], label: "Clear in and out", group: "Play" },
  { command: "loop", keys: ["Shift+l"], label: "Play from in to out again and again", group: "Play" },
  { command: "mute", keys: ["a"], label: "Sound on or off", group: "Play" },
  { command: "step-back", keys: ["ArrowLeft"], label: "One frame back", group: "Move", repeats: true },
  { command: "step-forward", keys: ["ArrowRight"], label: "One frame forward", group: "Move", repeats: true },
  { command: "step-back-ten", keys: ["Shift+ArrowLeft"], label: "Ten frames back", group: "Move", repeats: true },
  { command: "step-forward-ten", keys: ["Shift+ArrowRight"], label: "Ten frames forward", group: "Move", repeats: true },
  { command: "first-frame", keys: ["Home"], label: "First frame", group: "Move" },
  { command: "last-frame", keys: ["End"], label: "Last frame", group: "Move" },
  { command: "previous-keyframe", keys: ["["], label: "Previous keyframe", group: "Move", repeats: true },
  { command: "next-keyframe", keys: ["]"], label: "Next keyframe", group: "Move", repeats: true },
  { command: "next-to-fix", keys: ["g"], label: "Next frame to fix", group: "Move" },
  { command: "go-to", keys: ["t"], label: "Go to a timecode or frame number", group: "Move" },
  { command: "timeline-in", keys: ["}"], label: "Zoom the timeline in", group: "Move", repeats: true },
  { command: "timeline-out", keys: ["{"], label: "Zoom the timeline out", group: "Move", repeats: true },
  { command: "timeline-fit", keys: ["\\"], label: "Show the whole clip", group: "Move" },
  { command: "tool-click", keys: ["v"], label: "Click", group: "Tools" },
  { command: "tool-box", keys: ["m"], label: "Box", group: "Tools" },
  { command: "tool-brush", keys: ["b"], label: "Brush", group: "Tools" },
  { command: "tool-lasso", keys: ["d"], label: "Lasso", group: "Tools" },
  { command: "tool-hand", keys: ["Shift+h"], label: "Hand", group: "Tools" },
  { command: "swap-tool", keys: ["x"], label: "Swap include and exclude, add and erase", group: "Tools" },
  { command: "brush-smaller", keys: [","], label: "Smaller brush", group: "Tools", repeats: true },
  { command: "brush-larger", keys: ["."], label: "Larger brush", group: "Tools", repeats: true },
  { command: "toggle-direct", keys: ["p"], label: "Paint the mask, or hint at it", group: "Tools" },
  { command: "crosshair", keys: ["c"], label: "Crosshair: arrows move it, Enter clicks", group: "Tools" },
  { command: "toggle-hover", keys: ["w"], label: "Show what a click would take", group: "Tools" },
  { command: "delete-click", keys: ["Delete", "Backspace"], label: "Delete the selected point", group: "Cut out" },
  { command: "deselect", keys: ["Escape"], label: "Deselect the point", group: "Cut out" },
  { command: "keep-frame", keys: ["Shift+Enter"], label: "Keep this frame’s mask as a keyframe", group: "Cut out" },
  { command: "mark-absent", keys: ["n"], label: "The object is not on this frame", group: "Cut out" },
  { command: "delete-keyframe", keys: ["Shift+Delete", "Shift+Backspace"], label: "Delete this frame’s keyframe", group: "Cut out" },
  { command: "apply", keys: ["Enter"], label: "Apply to the whole clip", group: "Cut out" },
  { command: "undo", keys: ["Ctrl+z"], label: "Undo", group: "Cut out" },
  { command: "redo", keys: ["Ctrl+Shift+z", "Ctrl+y"], label: "Redo", group: "Cut out" },
  { command: "export", keys: ["Ctrl+e"], label: "Export", group: "Cut out" },
  { command: "select-above", keys: ["ArrowUp"], label: "Select the object above", group: "Objects", repeats: true },
  { command: "select-below", keys: ["ArrowDown"], label: "Select the object below", group: "Objects", repeats: true },
  { command: "solo", keys: ["s"], label: "Show the selected object alone", group: "Objects" },
  { command: "add-object", keys: ["Shift+n"], label: "Add an object", group: "Objects" },
  { command: "view-overlay", keys: ["1"], label: "Overlay", group: "View" },
  { command: "view-cutout", keys: ["2"], label: "Cutout", group: "View" },
  { command: "view-matte", keys: ["3"], label: "Matte", group: "View" },
  { command: "view-original", keys: ["4"], label: "Original", group: "View" },
  { command: "view-wipe", keys: ["5"], label: "Before and after, with a wipe", group: "View" },
  { command: "toggle-points", keys: ["h"], label: "Hide or show points", group: "View" },
  { command: "zoom-in", keys: ["Plus", "="], label: "Zoom in", group: "View", repeats: true },
  { command: "zoom-out", keys: ["-"], label: "Zoom out", group: "View", repeats: true },
  { command: "fit", keys: ["f"], label: "Fit the picture", group: "View" },
  { command: "actual-size", keys: ["Shift+f"], label: "Actual size", group: "View" },
  { command: "toggle-panel", keys: ["q"], label: "Show or hide objects and settings", group: "View" },
  { command: "help", keys: ["?"], label: "All shortcuts", group: "View" },
];

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  /** The key by its place, as in `KeyboardEvent.code`. */
  readonly code?: string;
}

/** Keys whose own sign would be lost in a shortcut's name. */
const NAMES: Readonly<Record<string, string>> = { " ": "Space", "+": "Plus" };

/** The canonical name of a key press: `Ctrl+Shift+z`, `ArrowLeft`, `?`. */
export function keyName(press: KeyPress): string {
  const key = NAMES[press.key] ?? (press.key.length === 1 ? press.key.toLowerCase() : press.key);
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
  return BY_KEY.get(keyName(plain)) ?? BY_KEY.get(digitOf(plain)) ?? null;
}

/** The digit of a key that types something else without Shift, as on French keyboards. */
function digitOf({ code, ctrlKey, metaKey, shiftKey }: KeyPress): string {
  const digit = /^Digit(\d)$/.exec(code ?? "")?.[1];
  return ctrlKey || metaKey || shiftKey ? "" : (digit ?? "");
}

const REPEATING = new Set(SHORTCUTS.filter(({ repeats }) => repeats).map(({ command }) => command));

/** Whether a held key gives a command again and again. */
export const repeats = (command: Command): boolean => REPEATING.has(command);

const SYMBOLS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Delete: "Del",
  Backspace: "⌫",
  Escape: "Esc",
  Plus: "+",
};

/** A key's name for people, its parts apart: `["Ctrl", "Z"]`. */
export function keyCaps(key: string, mac: boolean): string[] {
  return key.split("+").map((part) => {
    if (part === "Ctrl") return mac ? "⌘" : "Ctrl";
    return SYMBOLS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
}

/** The shortcuts whose label, group or keys hold every word of the query. */
export function searchShortcuts(query: string, mac: boolean): Shortcut[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return SHORTCUTS.filter(({ label, group, keys }) => {
    const caps = keys.map((key) => `${key} ${keyCaps(key, mac).join("+")}`);
    const text = [label, group, ...caps].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The caps of a command's first key; none where it has no key. */
export function capsOf(command: Command, mac: boolean): string[] {
  const key = SHORTCUTS.find((entry) => entry.command === command)?.keys[0];
  return key ? keyCaps(key, mac) : [];
}
