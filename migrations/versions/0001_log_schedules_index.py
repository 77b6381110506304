"""The log, the schedules folded from it, and the index of the deck files."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of the first release."""
    op.create_table(
        "device",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("here", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at_ms", sa.Integer, nullable=False),
        sa.Column("study_day", sa.Integer, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("card", sa.Text),
        sa.Column("target", sa.Text),
        sa.Column("rating", sa.Integer),
        sa.Column("took_ms", sa.Integer),
        sa.Column("interval", sa.Integer),
        sa.Column("due", sa.Integer),
        sa.Column("weights", sa.Text),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name="fk_event_device"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_card", "event", ["card"])
    op.create_index("ix_event_batch", "event", ["batch"])
    op.create_index("ix_event_target", "event", ["target"])
    op.create_table(
        "schedule",
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("state", sa.Integer),
        sa.Column("step", sa.Integer),
        sa.Column("stability", sa.Double),
        sa.Column("difficulty", sa.Double),
        sa.Column("due_day", sa.Integer),
        sa.Column("due_at_ms", sa.Integer),
        sa.Column("first_day", sa.Integer),
        sa.Column("last_day", sa.Integer),
        sa.Column("reviewed_day", sa.Integer),
        sa.Column("interval", sa.Integer),
        sa.Column("reps", sa.Integer, nullable=False),
        sa.Column("lapses", sa.Integer, nullable=False),
        sa.Column("suspended", sa.Integer, nullable=False),
        sa.Column("buried_until", sa.Integer),
        sa.Column("flag", sa.Text),
        sa.PrimaryKeyConstraint("card", name="pk_schedule"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_schedule_state_due_day", "schedule", ["state", "due_day"])
    op.create_index("ix_schedule_last_day", "schedule", ["last_day"])
    op.create_index("ix_schedule_first_day", "schedule", ["first_day"])
    op.create_index("ix_schedule_reviewed_day", "schedule", ["reviewed_day"])
    op.create_table(
        "deck_file",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("mtime_ns", sa.Integer, nullable=False),
        sa.Column("indexed_ns", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("principles", sa.Text, nullable=False),
        sa.Column("pages", sa.Text, nullable=False),
        sa.Column("dropped", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_deck_file"),
    )
    op.create_table(
        "card",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("deck", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("principles", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("draft", sa.Integer, nullable=False),
        sa.Column("retired", sa.Integer, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("sibling", sa.Text),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("changed_ms", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
        sa.ForeignKeyConstraint(["deck"], ["deck_file.name"], name="fk_card_deck", ondelete="CASCADE"),
    )
    op.create_index("ix_card_deck_position", "card", ["deck", "position"])
    op.create_index("ix_card_sibling", "card", ["sibling"])
