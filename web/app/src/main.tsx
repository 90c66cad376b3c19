import "@fontsource-variable/inter/wght.css";
import "./design/tokens.css";
import "./design/base.css";
import "./projects/projects.css";
import "./editor/editor.css";
import { render } from "preact";
import { App } from "./app";
import { watchRoute } from "./state/route";

watchRoute();
const root = document.getElementById("app");
if (root) render(<App />, root);
