"""The table of checks, in the order in which they are told: first what others stand on."""

from __future__ import annotations

from lpdeck.upkeep.checks import database, decks, files
from lpdeck.upkeep.finding import Check

CHECKS = (
    Check("permissions", files.permissions),
    Check("free space", files.space),
    Check("options", files.options),
    Check("database", database.database),
    Check("log", database.log, needs_database=True),
    Check("schedules", database.schedules, needs_database=True),
    Check("deck files", decks.decks),
    Check("conflict copies", decks.copies),
    Check("index", decks.index, needs_database=True),
    Check("cards of schedules", database.orphans, needs_database=True),
    Check("backups", files.backups),
    Check("leftovers", files.leftovers),
    Check("holder", files.holder),
)
