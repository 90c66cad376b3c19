/** A network with moods, for `serve({ faults })`: the page sets them with `POST /network?mode=…`. */

/** Chances of what happens to a request in a mood; the rest go through. Held ones wait for another mood. */
const MOODS = {
  ok: {},
  slow: { delayed: 0.8 },
  stalled: { held: 0.5 },
  broken: { delayed: 0.3, refused: 0.15, missing: 0.05, cut: 0.15 },
  offline: { gone: 1 },
};
const LONGEST_DELAY_MS = 700;

const OUTCOMES = {
  refused: (response) => problem(response, 503),
  missing: (response) => problem(response, 404),
  gone: (response) => response.destroy(),
  // Promises more bytes than come.
  cut: (response) => {
    response.writeHead(200, { "content-length": "5000" });
    response.write("cut off", () => response.destroy());
  },
};

function problem(response, status) {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ status, detail: "The test's network would not let it through." }));
}

/** Returns `faults` for a server, and how often each thing happened. */
export function unreliable(seed) {
  const counts = { delayed: 0, held: 0, refused: 0, missing: 0, cut: 0, gone: 0 };
  const held = [];
  let mood = MOODS.ok;
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

  async function faults(url, response) {
    if (url.pathname === "/network") {
      mood = MOODS[url.searchParams.get("mode")];
      for (const go of held.splice(0)) go();
      response.end();
      return true;
    }
    if (!url.pathname.startsWith("/api/")) return false;
    if (random() < (mood.delayed ?? 0)) {
      counts.delayed += 1;
      await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_DELAY_MS));
    }
    if (random() < (mood.held ?? 0)) {
      counts.held += 1;
      await new Promise((resolve) => held.push(resolve));
    }
    let chance = random();
    for (const [name, answer] of Object.entries(OUTCOMES)) {
      chance -= mood[name] ?? 0;
      if (chance >= 0) continue;
      counts[name] += 1;
      answer(response);
      return true;
    }
    return false;
  }

  return { faults, counts };
}
