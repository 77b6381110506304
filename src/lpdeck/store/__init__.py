"""The database: the log and the schedules folded from it, and an index of the deck files."""

SCHEMA = "0004"
"""The newest revision in `migrations/`; a database behind it is migrated, one that knows another is refused."""
