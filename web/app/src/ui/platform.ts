/** What kind of keyboard sits in front of the page. */

import { capsOf, type Command } from "../logic/shortcuts";

export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The caps of a command's first key, apart by spaces, as the tooltip reads them. */
export const keysOf = (command: Command | undefined): string | undefined =>
  command && capsOf(command, isMac).join(" ");
