"""Limits for one study day alone, what was exported, and an index that finds new cards principle by principle."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the index."""
    op.create_table(
        "day_limits",
        sa.Column("study_day", sa.Integer, nullable=False),
        sa.Column("new_cards", sa.Integer),
        sa.Column("reviews", sa.Integer),
        sa.Column("minutes", sa.Integer),
        sa.PrimaryKeyConstraint("study_day", name="pk_day_limits"),
    )
    op.create_table(
        "exported",
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("first_ms", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("card", name="pk_exported"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_card_asked_principles_deck_position", "card", ["asked", "principles", "deck", "position"])
