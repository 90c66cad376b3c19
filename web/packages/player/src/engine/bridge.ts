/** Two ways to reach an engine: in a worker by messages, or directly on this thread. */

import type { EngineApi, EngineConfig, EngineSink, FromEngine, ToEngine } from "./api";

type Arguments<K extends keyof EngineApi> = Parameters<EngineApi[K]>;
type Result<K extends keyof EngineApi> = Promise<Awaited<ReturnType<EngineApi[K]>>>;

/** Calls the engine's methods, wherever it runs. */
export interface Bridge {
  call<K extends keyof EngineApi>(method: K, ...args: Arguments<K>): Result<K>;
  close(): void;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts an engine in a worker and hands it the canvas.
 *
 * `onCrash` hears of a worker that could not be loaded or threw outside any call.
 */
export function workerBridge(
  canvas: OffscreenCanvas,
  config: EngineConfig,
  sink: EngineSink,
  onCrash: (message: string) => void,
): Bridge {
  const worker = new Worker(new URL("./engine.worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let closed = false;

  worker.onmessage = ({ data }: MessageEvent<FromEngine>) => {
    if (data.kind === "event") {
      sink(data.name, data.payload);
      return;
    }
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === "result") call?.resolve(data.value as never);
    else call?.reject(new Error(data.message));
  };
  worker.onerror = (event) => {
    onCrash(event.message || "The player's worker could not be started.");
  };
  const open: ToEngine = { kind: "open", canvas, config };
  worker.postMessage(open, [canvas]);

  return {
    call(method, ...args) {
      if (closed) return Promise.reject(new Error("The player was destroyed."));
      const id = next++;
      const message: ToEngine = { kind: "call", id, method, args };
      worker.postMessage(message);
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    close() {
      closed = true;
      worker.terminate();
      for (const call of waiting.values()) call.reject(new Error("The player was destroyed."));
      waiting.clear();
    },
  };
}

/** Runs the engine on this thread: for browsers that cannot draw from a worker. */
export function localBridge(canvas: HTMLCanvasElement, config: EngineConfig, sink: EngineSink): Bridge {
  const engine = import("./engine").then(({ Engine }) => new Engine(canvas, config, sink));
  return {
    call(method, ...args) {
      return engine.then((target) => {
        const run = target[method] as (...values: unknown[]) => never;
        return run.apply(target, args);
      });
    },
    close() {
      void engine.then((target) => {
        target.destroy();
      });
    },
  };
}
