/** Which view the address names: `#/` or `#/projects/{id}?frame=37`. */

import { signal } from "@preact/signals";

export interface Route {
  readonly project: string | null;
  readonly frame: number;
}

export function parseRoute(hash: string): Route {
  const match = /^#\/projects\/([\w-]+)(?:\?frame=(\d+))?$/.exec(hash);
  return { project: match?.[1] ?? null, frame: Number(match?.[2] ?? 0) };
}

export function formatRoute(route: Route): string {
  if (route.project === null) return "#/";
  return `#/projects/${route.project}${route.frame > 0 ? `?frame=${route.frame}` : ""}`;
}

export const route = signal<Route>({ project: null, frame: 0 });

/** Follows the address from now on. */
export function watchRoute(): void {
  const read = () => {
    const next = parseRoute(location.hash);
    if (next.project !== route.value.project) route.value = next;
  };
  addEventListener("hashchange", read);
  route.value = parseRoute(location.hash);
}

export function openProject(project: string): void {
  location.hash = formatRoute({ project, frame: 0 });
}

export function openProjects(): void {
  location.hash = formatRoute({ project: null, frame: 0 });
}

/** Notes the frame in the address, so that a reload returns to it; no step in the history. */
export function rememberFrame(project: string, frame: number): void {
  history.replaceState(history.state, "", formatRoute({ project, frame }));
}
