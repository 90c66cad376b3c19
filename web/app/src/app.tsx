/** The whole page: which view shows, and the messages over it. */

import { Editor } from "./editor/editor";
import { Projects } from "./projects/projects";
import { route } from "./state/route";
import { Toasts } from "./ui/controls";
import { Tooltip } from "./ui/tooltip";

export function App() {
  const { project, frame } = route.value;
  return (
    <>
      {project === null ? <Projects /> : <Editor key={project} id={project} firstFrame={frame} />}
      <Toasts />
      <Tooltip />
    </>
  );
}
