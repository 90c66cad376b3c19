"""All that is kept in a data folder, opened together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from mattebox.files import clear_aside
from mattebox.projects.clips import ClipStore
from mattebox.projects.database import open_database
from mattebox.projects.jobs import ExportStore, IngestStore
from mattebox.projects.masks import MaskStore
from mattebox.projects.store import ProjectStore


@dataclass(frozen=True)
class Library:
    """The stores of one data folder.

    Attributes:
        engine: The database.
        projects: Projects and their logs.
        clips: Footage.
        masks: Keyframe masks.
        ingests: What became of uploads.
        exports: What became of exports.
    """

    engine: Engine
    projects: ProjectStore
    clips: ClipStore
    masks: MaskStore
    ingests: IngestStore
    exports: ExportStore

    @staticmethod
    def open(data: Path) -> Library:
        """Open a data folder, or begin one; what a killed process was writing is removed."""
        clear_aside(data)
        engine = open_database(data / "mattebox.db")
        return Library(
            engine,
            ProjectStore(engine),
            ClipStore(engine, data / "clips"),
            MaskStore(data / "masks"),
            IngestStore(engine),
            ExportStore(engine),
        )
