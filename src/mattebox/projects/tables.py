"""The tables of the database."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, MetaData, PrimaryKeyConstraint, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of the tables."""

    metadata = MetaData(naming_convention=NAMING)


class ClipRow(Base):
    """Uploaded footage, named by the hash of its bytes and shared by projects."""

    __tablename__ = "clips"

    hash: Mapped[str] = mapped_column(primary_key=True)
    info: Mapped[str] = mapped_column(Text)
    frame_table: Mapped[str] = mapped_column(Text)
    shots: Mapped[str | None] = mapped_column(Text)


class ProjectRow(Base):
    """A project; `head` is the event that is now, `tip` the end of the line redo follows."""

    __tablename__ = "projects"

    id: Mapped[str] = mapped_column(primary_key=True)
    clip: Mapped[str] = mapped_column(ForeignKey("clips.hash"), index=True)
    clip_name: Mapped[str]
    created: Mapped[str]
    head: Mapped[int]
    tip: Mapped[int]
    version: Mapped[int]


class EventRow(Base):
    """One event of a project's log; nothing here is ever changed."""

    __tablename__ = "events"
    # Ids of deleted projects' events are never given again: what is kept by id stays true.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    parent: Mapped[int | None]
    kind: Mapped[str]
    data: Mapped[str] = mapped_column(Text)
    created: Mapped[str]


class MaskRow(Base):
    """Which project refers to which mask file."""

    __tablename__ = "masks"
    __table_args__ = (PrimaryKeyConstraint("hash", "project"),)

    hash: Mapped[str]
    project: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)


class RevisionRow(Base):
    """An immutable snapshot of all keyframe masks."""

    __tablename__ = "revisions"
    __table_args__ = (PrimaryKeyConstraint("project", "number"),)

    project: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    number: Mapped[int]
    snapshot: Mapped[str] = mapped_column(Text)
    created: Mapped[str]


class RecipeRow(Base):
    """How to make the segment with this address."""

    __tablename__ = "recipes"
    __table_args__ = (
        PrimaryKeyConstraint("address", "project"),
        Index("ix_recipes_project", "project"),
    )

    address: Mapped[str]
    project: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(Text)


class IngestRow(Base):
    """What became of an upload."""

    __tablename__ = "ingests"

    upload: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    project: Mapped[str | None]
    status: Mapped[int | None]
    detail: Mapped[str | None]
    created: Mapped[str]


class ExportRow(Base):
    """An export job and what became of it."""

    __tablename__ = "exports"

    id: Mapped[str] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    request: Mapped[str] = mapped_column(Text)
    state: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    detail: Mapped[str | None]
    file_name: Mapped[str]
    created: Mapped[str]
