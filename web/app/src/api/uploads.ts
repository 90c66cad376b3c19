/** Resumable uploads: the tus protocol, then the wait until the server has read the file. */

import { defaultOptions, DetailedError, Upload, type PreviousUpload } from "tus-js-client";
import { readIngest, UPLOADS } from "./client";
import { describe, Problem, sentence } from "./problem";

export interface UploadHandlers {
  progress(sent: number): void;
  /** The connection was lost; the upload goes on by itself when it is back. */
  waiting(): void;
  /** All bytes arrived; the server reads the file. */
  reading(): void;
  done(project: string): void;
  failed(detail: string): void;
}

export interface RunningUpload {
  /** Stops, and has the server throw away what it received. */
  cancel(): void;
}

/** An upload of an earlier visit that did not finish. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly name: string;
  readonly size: number;
}

const CHUNK_BYTES = 16 * 1024 * 1024;
const POLL_MS = 150;
// An hour of trying; each success in between starts the count anew.
const RETRY_DELAYS_MS = [0, 500, 1000, 2000, ...Array<number>(720).fill(5000)];

/** Uploads `file`, going on where an interrupted upload of the same file had stopped. */
export function upload(file: File, handlers: UploadHandlers): RunningUpload {
  let cancelled = false;
  const transfer = new Upload(file, {
    endpoint: UPLOADS,
    metadata: { filename: file.name },
    chunkSize: CHUNK_BYTES,
    retryDelays: RETRY_DELAYS_MS,
    removeFingerprintOnSuccess: true,
    onProgress: (sent) => handlers.progress(sent),
    onShouldRetry: (error) => {
      const status = statusOf(error);
      // 409 and 423: the server still holds the connection that broke.
      const passing = status === 0 || status === 409 || status === 423 || status >= 500;
      if (passing) handlers.waiting();
      return passing;
    },
    onError: (error) => {
      if (!cancelled) handlers.failed(detailOf(error));
    },
    onSuccess: () => {
      handlers.reading();
      void follow(transfer.url ?? "", () => cancelled, handlers);
    },
  });
  void begin(transfer, () => cancelled);
  return {
    cancel: () => {
      cancelled = true;
      void transfer.abort();
      void forget(transfer);
    },
  };
}

/** Here an upload is forgotten at once, also where the page closes before the server has answered. */
async function forget(transfer: Upload): Promise<void> {
  for (const { urlStorageKey } of await transfer.findPreviousUploads()) {
    await forgetUnfinished(urlStorageKey);
  }
}

async function begin(transfer: Upload, cancelled: () => boolean): Promise<void> {
  const [previous] = await transfer.findPreviousUploads();
  if (cancelled()) return;
  if (previous) transfer.resumeFromPreviousUpload(previous);
  transfer.start();
}

async function follow(
  address: string,
  cancelled: () => boolean,
  handlers: UploadHandlers,
): Promise<void> {
  const id = address.split("/").at(-1) ?? "";
  while (!cancelled()) {
    try {
      const project = await readIngest(id);
      if (project !== null) {
        if (!cancelled()) handlers.done(project);
        return;
      }
    } catch (error) {
      if (!(error instanceof Problem && error.isOffline)) {
        handlers.failed(describe(error));
        return;
      }
      handlers.waiting();
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export async function listUnfinished(): Promise<UnfinishedUpload[]> {
  const previous = await defaultOptions.urlStorage.findAllUploads();
  return previous.map((entry: PreviousUpload) => ({
    key: entry.urlStorageKey,
    name: entry.metadata.filename ?? "a file",
    size: entry.size ?? 0,
  }));
}

export async function forgetUnfinished(key: string): Promise<void> {
  const storage = defaultOptions.urlStorage;
  const previous = await storage.findAllUploads();
  const address = previous.find((entry) => entry.urlStorageKey === key)?.uploadUrl;
  await storage.removeUpload(key);
  if (address) await Upload.terminate(address, { retryDelays: null }).catch(() => undefined);
}

function statusOf(error: Error | DetailedError): number {
  return error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0;
}

function detailOf(error: Error | DetailedError): string {
  const status = statusOf(error);
  if (status === 0) return "The server does not answer; check that it runs, then try again.";
  const response = error instanceof DetailedError ? error.originalResponse : null;
  return sentence(response?.getBody() ?? "", status);
}
