/** The page's icons: drawn on a 16-pixel grid, one stroke width, coloured by the text around. */

const PATHS = {
  back: "M9.5 3.5 5 8l4.5 4.5",
  undo: "M6 3.5 3 6.5l3 3M3.5 6.5H9a3.75 3.75 0 0 1 0 7.5H6",
  redo: "m10 3.5 3 3-3 3M12.5 6.5H7A3.75 3.75 0 0 0 7 14h3",
  include: "M8 3.5v9M3.5 8h9",
  exclude: "M3.5 8h9",
  box: "M3 5.5V3h2.5M7 3h2M10.5 3H13v2.5M13 7v2M13 10.5V13h-2.5M9 13H7M5.5 13H3v-2.5M3 9V7",
  brush: "m13.2 2.6-6 5.8M7 8.4c1.3.2 2.1 1 2.2 2.2-.3 2.2-2.5 3-6.2 2.9 1.3-.8 1-1.9 1.4-3.1C4.8 9 5.8 8.2 7 8.4Z",
  lasso: "M5 9.9C3.2 9.2 2 8 2 6.7c0-2.2 2.7-4 6-4s6 1.8 6 4-2.7 4-6 4c-.6 0-1.2-.1-1.7-.2M4.6 12a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6ZM4.9 12c.3.8.1 1.6-.8 2.2",
  hand: "M5.4 8.6V4.1a1 1 0 0 1 2 0V7M7.4 7V3a1 1 0 0 1 2 0v4M9.4 7V3.8a1 1 0 0 1 2 0v5.6c0 2.9-1.5 4.6-3.9 4.6-1.9 0-3-.9-3.9-2.5L2.4 9.4c-.5-1 .8-1.9 1.6-1l1.4 1.5",
  preview: "M6.5 3.4a5 5 0 0 1 3-.9c3 0 5 1.9 5 4.4a4 4 0 0 1-.8 2.4M3.3 5.9C2.8 6.6 2.5 7.3 2.5 8c0 2.6 2.5 4.4 5 5M7 7l6.5 2.4-2.8 1.2-1.2 2.9z",
  crosshair: "M8 1.5v4M8 10.5v4M1.5 8h4M10.5 8h4",
  play: "M5 3.2v9.6l8-4.8z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  first: "M4 3.5v9M12 4 7 8l5 4z",
  last: "M12 3.5v9M4 4l5 4-5 4z",
  previous: "M10.5 4 5.5 8l5 4z",
  next: "m5.5 4 5 4-5 4z",
  fit: "M2.5 6V3.5a1 1 0 0 1 1-1H6M10 2.5h2.5a1 1 0 0 1 1 1V6M13.5 10v2.5a1 1 0 0 1-1 1H10M6 13.5H3.5a1 1 0 0 1-1-1V10",
  eye: "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  "eye-off": "M3.6 5.2C2.2 6.4 1.5 8 1.5 8S4 12.2 8 12.2c1.1 0 2-.3 2.9-.7M6.5 4c.5-.1 1-.2 1.5-.2 4 0 6.5 4.2 6.5 4.2s-.5 1-1.5 2M2.5 2.5l11 11",
  trash: "M2.8 4.5h10.4M6.2 4.2V2.8h3.6v1.4M4.2 4.5l.6 8.7h6.4l.6-8.7M6.7 7v3.8M9.3 7v3.8",
  pencil: "m10.3 3.3 2.4 2.4M3 13l.7-3.1 7-7a1.2 1.2 0 0 1 1.7 0l.7.7a1.2 1.2 0 0 1 0 1.7l-7 7z",
  plus: "M8 3v10M3 8h10",
  close: "m4 4 8 8M12 4l-8 8",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.3h10",
  upload: "M8 10.5V3M4.8 6 8 2.8 11.2 6M3 13.3h10",
  film: "M2.5 3.5h11v9h-11zM5 3.5v9M11 3.5v9M2.5 6.5H5M2.5 9.5H5M11 6.5h2.5M11 9.5h2.5",
  help: "M6 6a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3v.4M8 11.9v.1M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z",
  retry: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3",
  mark: "M2 2.5h12v11H2zM8 2.5v11M8 5a3 3 0 0 1 0 6z",
  diamond: "m8 3 5 5-5 5-5-5z",
  "zoom-in": "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3l3.2 3.2M7 5v4M5 7h4",
  "zoom-out": "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3l3.2 3.2M5 7h4",
  "fit-width": "M2 3.5v9M14 3.5v9M4.2 8h7.6M6.2 6l-2 2 2 2M9.8 6l2 2-2 2",
  "previous-keyframe": "M6 3.5 1.8 8 6 12.5M10.8 4.6 14.2 8l-3.4 3.4L7.4 8z",
  "next-keyframe": "m10 3.5 4.2 4.5L10 12.5M5.2 4.6 1.8 8l3.4 3.4L8.6 8z",
  weak: "M8 2.2 14.3 13H1.7zM8 6.3v3.2M8 11.3v.1",
  lock: "M4.2 7.2h7.6v6H4.2zM5.7 7V5.2a2.3 2.3 0 0 1 4.6 0V7",
  unlock: "M4.2 7.2h7.6v6H4.2zM5.7 7V4.9a2.3 2.3 0 0 1 4.5-.6",
  solo: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM9.8 6.2C9.4 5.6 8.8 5.3 8 5.3c-1 0-1.8.5-1.8 1.3 0 1.9 3.7.8 3.7 2.7 0 .9-.9 1.4-1.9 1.4-.9 0-1.6-.4-2-1.1",
  grip: "M6 4v.01M10 4v.01M6 8v.01M10 8v.01M6 12v.01M10 12v.01",
  sound: "M2.5 6v4H5l3.2 2.7V3.3L5 6zM10.4 5.8a3 3 0 0 1 0 4.4M12.3 4a5.6 5.6 0 0 1 0 8",
  muted: "M2.5 6v4H5l3.2 2.7V3.3L5 6zM10.8 6.3l3.4 3.4M14.2 6.3l-3.4 3.4",
  loop: "M3 9V7a2.5 2.5 0 0 1 2.5-2.5H13M10.8 2.2 13.2 4.5l-2.4 2.3M13 7v2a2.5 2.5 0 0 1-2.5 2.5H3M5.2 9.2 2.8 11.5l2.4 2.3",
  history: "M2.6 8a5.4 5.4 0 1 0 1.7-3.9M2.5 2.6v2.9h2.9M8 5v3.2l2.1 1.3",
  compare: "M2.5 3h11v10h-11zM8 1.5v13M2.5 13 8 7",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3l3.2 3.2",
  check: "m3.5 8.5 3 3 6-7",
  absent: "m8 3 5 5-5 5-5-5zM3 13 13 3",
  warning: "M8 2.2 14.3 13H1.7zM8 6.3v3.2M8 11.3v.1",
  more: "M4 8v.01M8 8v.01M12 8v.01",
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set(["play", "first", "last", "previous", "next", "diamond"]);

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon-mark"
      viewBox="0 0 16 16"
      fill={FILLED.has(name) ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
