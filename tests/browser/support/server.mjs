/**
 * Serves the built test pages under the product's content security policy, and behind the same
 * origin either a ready-made stream or, through a proxy, a running Mattebox server.
 */

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".m4s": "video/iso.segment",
  ".mp4": "video/mp4",
  ".flac": "audio/flac",
  ".m3u8": "application/vnd.apple.mpegurl",
};

/** What the product's own page is served with (architecture: CSP on the page). */
export const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; " +
  "style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** A page on its own may measure its memory. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

function sendFile(response, path, headers = {}) {
  if (!existsSync(path) || !statSync(path).isFile()) {
    response.writeHead(404, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ status: 404, detail: `There is no ${path.split("/").pop()}.` }));
    return;
  }
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type, ...headers });
  createReadStream(path).pipe(response);
}

function sendStream(stream, url, response, caching) {
  const path = url.pathname.replace("/api/v1/", "");
  const revision = url.searchParams.get("revision") ?? "2";
  if (path.endsWith("/manifest")) sendFile(response, join(stream, `manifest-${revision}.json`));
  else if (path.endsWith("/frame-table")) sendFile(response, join(stream, "frame-table.json"));
  else if (path.endsWith("/sound")) sendFile(response, join(stream, "sound.json"));
  else if (path.endsWith(".flac")) sendFile(response, join(stream, "sound", path.split("/").pop()));
  else sendFile(response, join(stream, normalize(path)), { "cache-control": caching ? "max-age=31536000, immutable" : "no-store" });
}

function forward(target, incoming, response) {
  const { hostname, port, origin } = new URL(target);
  const headers = { ...incoming.headers, host: `${hostname}:${port}` };
  if (headers.origin) headers.origin = origin;
  const onward = request(
    { hostname, port, path: incoming.url, method: incoming.method, headers },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

/**
 * Starts the server on a free port.
 *
 * `stream` is a folder as `fixture.py` writes it, `api` the address of a running server; `faults`
 * may hold a request up (a promise) or answer it itself (true), to show what the player does when
 * things fail. Without `caching` the browser must fetch a segment each time it is asked for.
 */
export async function serve({ pages, stream, api, faults, caching = true }) {
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url, "http://localhost");
    if (await faults?.(url, response)) return;
    if (response.destroyed) return;
    if (url.pathname.startsWith("/api/")) {
      if (api) forward(api, incoming, response);
      else sendStream(stream, url, response, caching);
      return;
    }
    sendFile(response, join(pages, normalize(url.pathname)), { "content-security-policy": POLICY, ...ISOLATION });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
