"""The sets of FSRS weights, with the defaults that every schedule until now was folded with."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DEFAULTS = {
    "name": "fsrs-6-defaults",
    "algorithm": "FSRS",
    "version": "6",
    "origin": "the defaults of py-fsrs 6.3",
    "made": "2026-11-21",
    "parameters": (
        "[0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629,"
        " 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542]"
    ),
    "since_ms": 0,
    "folded": 1,
}


def upgrade() -> None:
    """Make the table, and enter the first set."""
    weights = op.create_table(
        "weights",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("algorithm", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("made", sa.Text, nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("since_ms", sa.Integer, nullable=False),
        sa.Column("folded", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("name", name="pk_weights"),
    )
    op.create_index("ix_weights_since_ms", "weights", ["since_ms"], unique=True)
    op.create_index("ix_weights_folded", "weights", ["folded"], unique=True, sqlite_where=sa.text("folded = 1"))
    op.bulk_insert(weights, [DEFAULTS])
    op.add_column("deck_file", sa.Column("parts", sa.Text, nullable=False, server_default="{}"))
    # Of no size and no fingerprint: the next command reads every deck file anew, and with it the parts of its pages.
    op.execute("UPDATE deck_file SET size = -1, fingerprint = ''")
