/** The worker's end of the bridge: makes the engine on its canvas and answers calls in order. */

import type { FromEngine, ToEngine } from "./api";
import { Engine } from "./engine";

let engine: Engine | null = null;

function send(message: FromEngine): void {
  postMessage(message);
}

async function call(id: number, run: () => unknown): Promise<void> {
  try {
    send({ kind: "result", id, value: await run() });
  } catch (error) {
    send({ kind: "failure", id, message: error instanceof Error ? error.message : String(error) });
  }
}

onmessage = ({ data }: MessageEvent<ToEngine>) => {
  if (data.kind === "open") {
    engine = new Engine(data.canvas, data.config, (name, payload) => {
      send({ kind: "event", name, payload: payload as never });
    });
    return;
  }
  const target = engine;
  const { id, method, args } = data;
  void call(id, () => {
    if (!target) throw new Error("The engine was not opened.");
    return (target[method] as (...values: unknown[]) => unknown).apply(target, args);
  });
};
