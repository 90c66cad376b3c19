/** Uploads under way, refused, and left over from an earlier visit. */

import { formatBytes } from "../logic/timecode";
import * as library from "../state/library";
import type { UploadItem } from "../state/library";
import { IconButton } from "../ui/controls";

export function Uploads() {
  const items = library.uploads.value;
  const unfinished = library.unfinished.value.filter(
    (entry) => !items.some((item) => item.name === entry.name && item.size === entry.size),
  );
  if (items.length + unfinished.length === 0) return null;
  return (
    <section class="uploads" aria-label="Uploads" aria-live="polite">
      {items.map((item) => (
        <UploadRow key={item.id} item={item} />
      ))}
      {unfinished.map((entry) => (
        <div key={entry.key} class="upload">
          <span class="upload-name">{entry.name}</span>
          <span class="dim">
            This upload did not finish. Choose the same file again to go on where it stopped.
          </span>
          <span class="upload-actions">
            <button
              type="button"
              class="button quiet"
              onClick={() => void library.discardUnfinished(entry.key)}
            >
              Discard
            </button>
          </span>
        </div>
      ))}
    </section>
  );
}

function UploadRow({ item }: { item: UploadItem }) {
  const failed = item.state === "failed";
  return (
    <div class={`upload ${item.state}`} role={failed ? "alert" : undefined}>
      <span class="upload-name">{item.name}</span>
      <span class={`numbers ${failed ? "" : "dim"}`}>{statusOf(item)}</span>
      {!failed && (
        <progress
          class="progress"
          aria-label={`Upload of ${item.name}`}
          max={Math.max(1, item.size)}
          value={item.sent}
        />
      )}
      <span class="upload-actions">
        {failed ? (
          <IconButton
            icon="close"
            label={`Dismiss ${item.name}`}
            onClick={() => library.cancelUpload(item.id)}
          />
        ) : (
          <button
            type="button"
            class="button quiet"
            onClick={() => library.cancelUpload(item.id)}
          >
            Cancel
          </button>
        )}
      </span>
    </div>
  );
}

function statusOf(item: UploadItem): string {
  const percent = item.size > 0 ? Math.floor((100 * item.sent) / item.size) : 100;
  switch (item.state) {
    case "failed":
      return item.detail ?? "The upload failed.";
    case "reading":
      return "Reading the file…";
    case "waiting":
      return `Connection lost at ${percent} %; going on as soon as it is back`;
    case "sending":
      return `${formatBytes(item.sent)} of ${formatBytes(item.size)} · ${percent} %`;
  }
}
