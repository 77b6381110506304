"""When a new card is begun: its wave and its turn in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and let the order of new cards follow them."""
    op.add_column("card", sa.Column("wave", sa.Integer, nullable=False, server_default="0"))
    op.add_column("card", sa.Column("turn", sa.Integer, nullable=False, server_default="0"))
    op.drop_index("ix_card_asked_principles_deck_position", "card")
    columns = ["asked", "wave", "principles", "turn", "deck", "position"]
    op.create_index("ix_card_asked_wave_principles_turn_deck_position", "card", columns)
    # Of no size and no fingerprint: the next command reads every deck file anew, and gives each card its turn.
    op.execute("UPDATE deck_file SET size = -1, fingerprint = ''")
