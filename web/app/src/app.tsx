/** The whole page: which view shows, and the messages over it. */

import { useEffect } from "preact/hooks";
import { Editor } from "./editor/editor";
import { Projects } from "./projects/projects";
import { route } from "./state/route";
import { watchContext } from "./ui/context";
import { Toasts } from "./ui/controls";
import { Tooltip } from "./ui/tooltip";

export function App() {
  const { project, frame } = route.value;
  useEffect(watchContext, []);
  return (
    <>
      {project === null ? <Projects /> : <Editor key={project} id={project} firstFrame={frame} />}
      <Toasts />
      <Tooltip />
    </>
  );
}
