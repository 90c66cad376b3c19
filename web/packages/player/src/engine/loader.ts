/** Reads the manifest and the frame table. */

import { chooseDecoder, settingsOf } from "../decode/factory";
import { problemDetail } from "../fetcher";
import type { FrameTableJson, Manifest } from "../manifest";
import type { DecoderKind } from "../types";
import type { EngineConfig } from "./api";

/** @throws Error with one sentence. `revision` undefined reads the newest. */
export async function fetchManifest(config: EngineConfig, revision: number | undefined): Promise<Manifest> {
  const query = revision === undefined ? "" : `?revision=${revision}`;
  const path = `api/v1/projects/${encodeURIComponent(config.projectId)}/manifest${query}`;
  const manifest = (await fetchJson(config, path)) as Manifest;
  checkManifest(manifest);
  return manifest;
}

export async function fetchFrameTable(config: EngineConfig, manifest: Manifest): Promise<FrameTableJson> {
  const table = (await fetchJson(config, manifest.frame_table.uri)) as FrameTableJson;
  if (table.hash !== manifest.frame_table.hash) {
    throw new Error("The frame table is not the one that the manifest names; reload the page.");
  }
  return table;
}

/** The decoder for a clip. @throws Error with one sentence when this browser has none. */
export function decoderFor(config: EngineConfig, manifest: Manifest): Promise<DecoderKind> {
  return chooseDecoder(config.decoder, [
    settingsOf(manifest.video, false),
    // Mattes come later; what they will be is known from the protocol (P17).
    { ...settingsOf(manifest.video, true), range: "full" },
  ]);
}

/** @throws Error unless the manifest is of a version and shape this player can play. */
export function checkManifest(manifest: Manifest): void {
  if (manifest.version !== 1) {
    throw new Error(`The manifest has version ${manifest.version}, this player reads version 1; reload the page.`);
  }
  const { grid } = manifest;
  const renditions = [manifest.video, ...manifest.objects.flatMap(({ matte }) => (matte ? [matte] : []))];
  for (const rendition of renditions) {
    if (rendition.addresses.length !== grid.segment_count) {
      throw new Error(`A rendition lists ${rendition.addresses.length} of ${grid.segment_count} segments.`);
    }
  }
}

async function fetchJson(config: EngineConfig, path: string): Promise<unknown> {
  const response = await fetch(new URL(path, config.baseUrl), { headers: config.headers });
  if (!response.ok) throw new Error(await problemDetail(response));
  return response.json();
}
