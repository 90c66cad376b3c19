/** As much of the protocol's HTTP as the tests need. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./until.mjs";

/** Frames of the fixture's clip. */
export const FRAMES = 96;

const TUS = { "tus-resumable": "1.0.0" };

export class Client {
  constructor(origin) {
    this.base = `${origin}/api/v1`;
  }

  async call(method, path, body, headers = {}) {
    const json = body !== undefined && !(body instanceof Uint8Array);
    const response = await fetch(new URL(path, `${this.base}/`), {
      method,
      headers: json ? { "content-type": "application/json", ...headers } : headers,
      body: json ? JSON.stringify(body) : body,
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async json(method, path, body, headers) {
    return (await this.call(method, `${this.base}/${path}`, body, headers)).json();
  }

  /** Uploads a clip and waits for its project. */
  async upload(file, name) {
    const bytes = await readFile(file);
    const created = await this.call("POST", `${this.base}/uploads`, undefined, {
      ...TUS,
      "upload-length": String(bytes.length),
      "upload-metadata": `filename ${Buffer.from(name).toString("base64")}`,
    });
    const location = new URL(created.headers.get("location"), created.url);
    await this.call("PATCH", location, bytes, {
      ...TUS,
      "upload-offset": "0",
      "content-type": "application/offset+octet-stream",
    });
    const id = location.pathname.split("/").pop();
    return until(`the project of ${name}`, async () => {
      const response = await this.call("GET", `${this.base}/ingests/${id}`);
      return response.status === 200 && (await response.json()).project;
    });
  }

  async putMask(project, object, frame, file) {
    const path = `projects/${project}/objects/${object}/frames/${frame}/mask`;
    await this.json("PUT", path, await readFile(file), { "content-type": "image/png" });
  }

  /** A new object; returns its id. */
  async addObject(project, color) {
    const state = await this.json("POST", `projects/${project}/objects`, { name: "Bars", color });
    return state.objects.at(-1).id;
  }

  async apply(project) {
    return (await this.json("POST", `projects/${project}/apply`, {})).revision;
  }

  /** A project of the fixture's clip in which every frame's mask is a keyframe; applied once. */
  async barCodeProject(fixture) {
    const project = await this.upload(join(fixture, "clip.mp4"), "bars.mp4");
    const object = await this.addObject(project, "#ff0000");
    for (let frame = 0; frame < FRAMES; frame += 1) {
      await this.putMask(project, object, frame, join(fixture, "masks", "1", `${frame}.png`));
    }
    const revision = await this.apply(project);
    if (revision !== 1) throw new Error(`The first revision is ${revision}.`);
    return { project, object };
  }
}
