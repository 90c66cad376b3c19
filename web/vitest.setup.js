import { vi } from "vitest";

/** A second, which is what vitest waits by itself, is soon over on a busy machine. */
const PATIENCE_MS = 30_000;

const { waitFor } = vi;
vi.waitFor = (probe, options = PATIENCE_MS) => waitFor(probe, options);
