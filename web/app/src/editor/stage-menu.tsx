/** The menus of the picture: of a place in it, and of a click or prompt. */

import { clicksShown } from "../logic/clicks";
import type { Point } from "../logic/viewport";
import * as editing from "../state/editing";
import * as marking from "../state/marking";
import type { Session } from "../state/session";
import type { StageMenu as Open } from "../state/toolbox";
import { Menu, type MenuItem } from "../ui/menu";
import { keysOf } from "../ui/platform";
import { fitPicture } from "./stage-view";
import { VIEWS } from "./topbar";

export function StageMenu({ session }: { session: Session }) {
  const { menu } = session.toolbox;
  const open = menu.value;
  if (!open) return null;
  const { mark } = open;
  return (
    <Menu
      label={mark === null ? "Picture" : "Point"}
      at={open.at}
      items={mark === null ? placeItems(session, open) : markItems(session, mark)}
      onClose={() => {
        menu.value = null;
      }}
    />
  );
}

function markItems(session: Session, mark: string): readonly MenuItem[] {
  const object = session.object.value;
  const disabled = object?.locked === true;
  const remove: MenuItem = {
    label: "Delete",
    keys: keysOf("delete-click"),
    danger: true,
    disabled,
    run: () => marking.deleteMark(session, mark),
  };
  const click = clicksShown(object, session.frame.value, session.draft.value).find(
    ({ id }) => id === mark,
  );
  if (!click) return [remove];
  const turned = !click.include;
  const turn = {
    label: turned ? "Make it include" : "Make it exclude",
    disabled,
    run: () => marking.flipClick(session, mark, turned),
  };
  return [turn, remove];
}

function placeItems(session: Session, { place, frame }: Open): readonly MenuItem[] {
  const locked = session.object.value?.locked === true && session.coming === null;
  const click = (label: string, include: boolean): MenuItem => ({
    label,
    disabled: place === null || locked,
    run: () => place && clickHere(session, place, frame, include),
  });
  const points = session.pointsShown.value;
  return [
    click("Include here", true),
    click("Exclude here", false),
    ...VIEWS.map(({ value, label }, index) => ({
      label,
      keys: keysOf(`view-${value}`),
      checked: session.view.value === value,
      apart: index === 0,
      run: () => {
        session.view.value = value;
      },
    })),
    {
      label: "Before and after",
      keys: keysOf("view-wipe"),
      apart: true,
      run: () => editing.toggleWipe(session),
    },
    {
      label: points ? "Hide points" : "Show points",
      keys: keysOf("toggle-points"),
      run: () => {
        session.pointsShown.value = !points;
      },
    },
    { label: "Fit the picture", keys: keysOf("fit"), run: () => fitPicture(session) },
  ];
}

/** On the frame that was in sight when the menu came, should the picture have moved on. */
function clickHere(session: Session, at: Point, frame: number, include: boolean): void {
  const playback = session.playback.value;
  if (playback?.playing.value) {
    playback.pause();
    void playback.seek(frame);
  }
  marking.addClick(session, marking.targetOn(session, frame), { at, include });
}
