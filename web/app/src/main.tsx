import "@fontsource-variable/inter/wght.css";
import "./design/tokens.css";
import "./design/base.css";
import "./design/dialogs.css";
import "./projects/projects.css";
import "./editor/editor.css";
import "./editor/panel.css";
import "./editor/edge.css";
import "./editor/timeline.css";
import "./editor/stage.css";
import { render } from "preact";
import { App } from "./app";
import { watchRoute } from "./state/route";

// A file dropped beside a drop zone would otherwise replace the page.
for (const name of ["dragover", "drop"]) {
  addEventListener(name, (event) => event.preventDefault());
}
watchRoute();
const root = document.getElementById("app");
if (root) render(<App />, root);
