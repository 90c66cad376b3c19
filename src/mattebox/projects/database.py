"""Opening the database and bringing it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event

MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(path: Path) -> Engine:
    """Open (or make) the SQLite database and run the migrations it lacks.

    Write-ahead logging lets readers go on while one writer commits. `synchronous=FULL` makes each
    commit reach the disk before its answer leaves, so even a power cut loses nothing that was
    answered; clicks are rare enough that the few milliseconds do not show.

    Args:
        path: The database file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # SQLAlchemy begins transactions itself below; the driver must not add its own.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # Immediate, so that two writers queue at the start instead of failing in the middle.
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    migrate(engine)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest migration."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
