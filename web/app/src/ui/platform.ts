/** What kind of keyboard sits in front of the page. */

import { hint, type Command } from "../logic/shortcuts";

export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** A tooltip's ending that names the command's key. */
export const keyHint = (command: Command) => hint(command, isMac);
