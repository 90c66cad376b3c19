"""The first tables.

Revision: 0001
Follows: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "clips",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("info", sa.Text(), nullable=False),
        sa.Column("frame_table", sa.Text(), nullable=False),
        sa.Column("shots", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_clips")),
    )
    op.create_table(
        "ingests",
        sa.Column("upload", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("created", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("upload", name=op.f("pk_ingests")),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("clip", sa.String(), nullable=False),
        sa.Column("clip_name", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("tip", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clip"], ["clips.hash"], name=op.f("fk_projects_clip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
    )
    op.create_index(op.f("ix_projects_clip"), "projects", ["clip"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name=op.f("fk_events_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_events_project"), "events", ["project"], unique=False)
    op.create_table(
        "exports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name=op.f("fk_exports_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index(op.f("ix_exports_project"), "exports", ["project"], unique=False)
    op.create_table(
        "masks",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name=op.f("fk_masks_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", "project", name=op.f("pk_masks")),
    )
    op.create_index(op.f("ix_masks_project"), "masks", ["project"], unique=False)
    op.create_table(
        "recipes",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name=op.f("fk_recipes_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address", "project", name=op.f("pk_recipes")),
    )
    op.create_index("ix_recipes_project", "recipes", ["project"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name=op.f("fk_revisions_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project", "number", name=op.f("pk_revisions")),
    )


def downgrade() -> None:
    """Remove all tables."""
    op.drop_table("revisions")
    op.drop_index("ix_recipes_project", table_name="recipes")
    op.drop_table("recipes")
    op.drop_index(op.f("ix_masks_project"), table_name="masks")
    op.drop_table("masks")
    op.drop_index(op.f("ix_exports_project"), table_name="exports")
    op.drop_table("exports")
    op.drop_index(op.f("ix_events_project"), table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("ix_projects_clip"), table_name="projects")
    op.drop_table("projects")
    op.drop_table("ingests")
    op.drop_table("clips")
