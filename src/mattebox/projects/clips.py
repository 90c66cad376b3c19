"""Clips: uploaded footage, kept once however many projects use it."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mattebox.errors import InputError
from mattebox.media import ClipInfo, FrameTable
from mattebox.projects.tables import ClipRow

Shots = tuple[tuple[int, int], ...]

_CLIPS_KEPT = 64


@dataclass(frozen=True)
class Clip:
    """A stored clip.

    Attributes:
        hash: SHA-256 of its bytes.
        path: The file.
        info: What probing found.
        table: Its frame table.
        shots: Half-open frame ranges between cuts, or None until they are known.
    """

    hash: str
    path: Path
    info: ClipInfo
    table: FrameTable
    shots: Shots | None


class ClipStore:
    """Clips by the hash of their bytes.

    Args:
        engine: An opened database.
        folder: Where the files are.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._reader = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._folder = folder
        self._kept: OrderedDict[str, Clip] = OrderedDict()
        self._lock = Lock()
        # Held while a file is put in place or taken away together with its row.
        self.files_lock = Lock()

    def path(self, clip: str) -> Path:
        """Where the file of this clip is, or goes."""
        return self._folder / clip[:2] / clip

    def add(self, clip: str, info: ClipInfo, table: FrameTable) -> None:
        """Record a clip whose file is in place; adding one twice changes nothing."""
        with Session(self._writer) as session, session.begin():
            if session.get(ClipRow, clip) is None:
                session.add(
                    ClipRow(
                        hash=clip,
                        info=json.dumps(info.to_json()),
                        frame_table=json.dumps(table.to_json()),
                        shots=None,
                    )
                )

    def get(self, clip: str) -> Clip:
        """The clip with this hash.

        Raises:
            InputError: There is none (404).
        """
        with self._lock:
            known = self._kept.get(clip)
            if known is not None:
                self._kept.move_to_end(clip)
        if known is not None and known.shots is not None:
            return known
        found = self._read(clip, known)
        with self._lock:
            self._kept[clip] = found
            while len(self._kept) > _CLIPS_KEPT:
                self._kept.popitem(last=False)
        return found

    def _read(self, clip: str, known: Clip | None) -> Clip:
        """The clip as it is recorded; of one that is known only the shots are read."""
        with Session(self._reader) as session:
            if known is not None:
                shots = session.scalar(select(ClipRow.shots).where(ClipRow.hash == clip))
                return replace(known, shots=_shots(shots))
            row = session.get(ClipRow, clip)
            if row is None:
                raise InputError("The clip of this project was deleted.", status=404)
            return Clip(
                clip,
                self.path(clip),
                ClipInfo.from_json(json.loads(row.info)),
                FrameTable.from_json(json.loads(row.frame_table)),
                _shots(row.shots),
            )

    def set_shots(self, clip: str, shots: Shots) -> None:
        """Record where the cuts are; the first answer stays, for addresses depend on it."""
        with Session(self._writer) as session, session.begin():
            row = session.get(ClipRow, clip)
            if row is not None and row.shots is None:
                row.shots = json.dumps(shots)
        self._drop(clip)

    def without_shots(self) -> list[str]:
        """Hashes of clips whose shots are not known yet."""
        with Session(self._reader) as session:
            return list(session.scalars(select(ClipRow.hash).where(ClipRow.shots.is_(None))))

    def remove_file(self, clip: str) -> None:
        """Remove the file of a clip that no project uses any more."""
        self._drop(clip)
        self.path(clip).unlink(missing_ok=True)

    def _drop(self, clip: str) -> None:
        with self._lock:
            self._kept.pop(clip, None)


def _shots(text: str | None) -> Shots | None:
    return None if text is None else tuple((start, stop) for start, stop in json.loads(text))
