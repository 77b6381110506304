"""Limits for one study day alone, and an index that finds new cards principle by principle."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "day_limits",
        sa.Column("study_day", sa.Integer, nullable=False),
        sa.Column("new_cards", sa.Integer),
        sa.Column("reviews", sa.Integer),
        sa.Column("minutes", sa.Integer),
        sa.PrimaryKeyConstraint("study_day", name="pk_day_limits"),
    )
    op.create_index("ix_card_asked_principles_deck_position", "card", ["asked", "principles", "deck", "position"])
