/** The menu of an object, in the list and beside its lane. */

import type { ProjectObject } from "../api/types";
import * as objects from "../state/objects";
import type { Session } from "../state/session";
import { Menu, type MenuItem } from "../ui/menu";
import { keysOf } from "../ui/platform";

interface ObjectMenuProps {
  session: Session;
  object: ProjectObject;
  at: { readonly x: number; readonly y: number };
  onClose: () => void;
  /** Where it can be renamed. */
  onRename?: () => void;
  onDelete: (byKey: boolean) => void;
}

export function ObjectMenu({ session, object, at, onClose, onRename, onDelete }: ObjectMenuProps) {
  const { id, visible, locked } = object;
  const solo = session.solo.value === id;
  const rename: MenuItem[] = onRename
    ? [{ label: "Rename", keys: "F2", disabled: locked, run: onRename }]
    : [];
  return (
    <Menu
      label={object.name}
      at={at}
      onClose={onClose}
      items={[
        ...rename,
        {
          label: solo ? "Show all" : "Show only this",
          keys: session.object.value?.id === id ? keysOf("solo") : undefined,
          run: () => objects.toggleSolo(session, id),
        },
        {
          label: visible ? "Hide" : "Show",
          run: () => objects.toggleObject(session, id, "visible"),
        },
        {
          label: locked ? "Unlock" : "Lock",
          run: () => objects.toggleObject(session, id, "locked"),
        },
        { label: "Delete", danger: true, apart: true, disabled: locked, run: onDelete },
      ]}
    />
  );
}
