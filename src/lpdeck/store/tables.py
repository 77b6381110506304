"""The tables, for SQLAlchemy Core. `migrations/` makes them; `hot.py` writes the same names by hand."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, MetaData, Table, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

# The computers whose events stand in the log; `here` is 1 for the one that owns this database.
device = Table(
    "device",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("here", Integer, nullable=False),
)

# Appended to, never changed. Times are milliseconds UTC, days are study days.
event = Table(
    "event",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at_ms", Integer, nullable=False),
    Column("study_day", Integer, nullable=False),
    Column("device", Text, ForeignKey("device.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("card", Text),
    Column("target", Text),
    Column("rating", Integer),
    Column("took_ms", Integer),
    Column("interval", Integer),
    Column("due", Integer),
    Column("weights", Text),
    Column("detail", Text),
    Index(None, "card"),
    Index(None, "batch"),
    Index(None, "target"),
    sqlite_with_rowid=False,
)

# What replaying a card's events gives; a card that was never touched has no row.
schedule = Table(
    "schedule",
    metadata,
    Column("card", Text, primary_key=True),
    Column("state", Integer),
    Column("step", Integer),
    Column("stability", Double),
    Column("difficulty", Double),
    Column("due_day", Integer),
    Column("due_at_ms", Integer),
    Column("first_day", Integer),
    Column("last_day", Integer),
    Column("reviewed_day", Integer),
    Column("interval", Integer),
    Column("reps", Integer, nullable=False),
    Column("lapses", Integer, nullable=False),
    Column("suspended", Integer, nullable=False),
    Column("buried_until", Integer),
    Column("flag", Text),
    Index(None, "state", "due_day"),
    Index(None, "last_day"),
    Index(None, "first_day"),
    Index(None, "reviewed_day"),
    sqlite_with_rowid=False,
)

# The sets of FSRS weights, added to and never changed; `parameters` is a list in JSON. The one with the latest
# `since_ms` is in use; `folded` is 1 for the one that the memories in `schedule` were computed with.
weights = Table(
    "weights",
    metadata,
    Column("name", Text, primary_key=True),
    Column("algorithm", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("since_ms", Integer, nullable=False),
    Column("folded", Integer, nullable=False, server_default="0"),
    Index(None, "since_ms", unique=True),
    Index(None, "folded", unique=True, sqlite_where=text("folded = 1")),
)

# What the learner chose for one study day alone; null leaves the option's value.
day_limits = Table(
    "day_limits",
    metadata,
    Column("study_day", Integer, primary_key=True),
    Column("new_cards", Integer),
    Column("reviews", Integer),
    Column("minutes", Integer),
)

# The cards that were ever exported to Anki, and when first: one that retires later must tell so there.
exported = Table(
    "exported",
    metadata,
    Column("card", Text, primary_key=True),
    Column("first_ms", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The deck files as they were when they were last read; `pages` (their keys) and `dropped` are lists in JSON,
# `parts` says by page what it offers and whether a card asks it: nothing of a page where nobody looked yet.
deck_file = Table(
    "deck_file",
    metadata,
    Column("name", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("indexed_ns", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("principles", Text, nullable=False),
    Column("pages", Text, nullable=False),
    Column("dropped", Text, nullable=False),
    Column("problem", Text),
    Column("parts", Text, nullable=False, server_default="{}"),
)

# The cards in them. `fields` and `tags` are JSON, `principles` slugs with spaces between; `asked` is 0 for drafts
# and retired cards; `wave` and `turn` say when a new card is begun; `changed_ms` is when anything of
# the card last changed: its words, note, tags or principles.
card = Table(
    "card",
    metadata,
    Column("id", Text, primary_key=True),
    Column("deck", Text, ForeignKey("deck_file.name", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("principles", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("note", Text),
    Column("tags", Text, nullable=False),
    Column("draft", Integer, nullable=False),
    Column("retired", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("sibling", Text),
    Column("fingerprint", Text, nullable=False),
    Column("changed_ms", Integer, nullable=False),
    Column("wave", Integer, nullable=False, server_default="0"),
    Column("turn", Integer, nullable=False, server_default="0"),
    Index(None, "deck", "position"),
    Index(None, "asked", "wave", "principles", "turn", "deck", "position"),
    Index(None, "sibling"),
)
