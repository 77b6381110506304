"""Opening the database and bringing its schema up to date, with a copy made first."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import event as sa_event

from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.shipped import shipped
from lpdeck.store import SCHEMA, tables
from lpdeck.store.holding import held
from lpdeck.store.hot import explained, make_private_file, make_private_folder, patiently, prepare
from lpdeck.store.weights import are_folded, fold_anew, memories_anew

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig


def open_engine(home: Home) -> sa.Engine:
    """An engine on the home's database, its schema up to date; makes home and database where there are none.

    The stored memories are those of the weights in use: where they were computed with another set, they are computed
    anew from the log. Raises HomeError where the database can not be used: newer than the program, locked, damaged,
    read-only.
    """
    make_private_folder(home.path)
    make_private_file(home.database)
    with explained(home.database):
        engine = _engine(home.database)
        _bring_up_to_date(engine, home)
        _fold_with_the_weights_in_use(engine, home)
    return engine


@contextmanager
def transaction(engine: sa.Engine, home: Home) -> Iterator[sa.Connection]:
    """A transaction that holds the write lock from its beginning, in this command's name; failures become HomeError."""
    with explained(home.database), engine.connect() as connection, writing(connection, home):
        yield connection


@contextmanager
def writing(connection: sa.Connection, home: Home) -> Iterator[None]:
    """A transaction like `transaction`, on a connection that is open."""
    with explained(home.database), ExitStack() as name, connection.begin():
        name.enter_context(held(home.database))
        yield


@contextmanager
def reading(engine: sa.Engine, home: Home) -> Iterator[sa.Connection]:
    """What the database holds at one moment, read without keeping anybody waiting; failures become HomeError."""
    with explained(home.database), engine.connect().execution_options(**_READS) as connection:
        yield connection


_READS = {"lpdeck_reads": True}


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)

    @sa_event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: `begin` below does, with the write lock.
        connection.isolation_level = None
        prepare(connection, path)

    @sa_event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("lpdeck_reads"):
            connection.exec_driver_sql("BEGIN")
        else:
            patiently(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), path)

    return engine


def _bring_up_to_date(engine: sa.Engine, home: Home) -> None:
    with reading(engine, home) as connection:
        if _revision(connection) == SCHEMA:
            return
    with transaction(engine, home) as connection:
        revision = _revision(connection)  # another command may have brought it up to date while this one waited
        if revision != SCHEMA:
            _migrate(connection, home, revision)


def _migrate(connection: sa.Connection, home: Home, revision: str | None) -> None:
    """Brings a schema up to date in this transaction, in which SQLite changes tables too: all of it or nothing."""
    # Alembic takes longer to import than all else; nearly always the schema is current.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    if revision is None:
        _refuse_foreign(connection, home.database)
    else:
        _refuse_newer(config, revision, home.database)
        copy_before(home, f"before-schema-{SCHEMA}")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    _name_this_device(connection)


def _fold_with_the_weights_in_use(engine: sa.Engine, home: Home) -> None:
    """Computes the memories without the lock, which keeps others waiting only while they are written."""
    for _ in range(_ROUNDS):
        with reading(engine, home) as connection:
            if are_folded(connection):
                return
            found = memories_anew(connection)
        with transaction(engine, home) as connection:
            if found.still_holds(connection):
                found.store(connection)
                return
    with transaction(engine, home) as connection:
        fold_anew(connection)


_ROUNDS = 3
"""How often memories are computed anew because something was answered meanwhile, before the lock is held for it."""


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _refuse_foreign(connection: sa.Connection, path: Path) -> None:
    if sa.inspect(connection).get_table_names():
        raise HomeError(f"{path} is a database of another program", "Move it away, or choose another home with --home.")


def _refuse_newer(config: AlembicConfig, revision: str, path: Path) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision not in known:
        raise HomeError(
            f"{path} was written by a newer lpdeck (schema {revision}, this one knows {SCHEMA})",
            "Upgrade lpdeck: pip install --upgrade lpdeck. Nothing was changed.",
        )


def _name_this_device(connection: sa.Connection) -> None:
    if connection.execute(sa.select(sa.func.count()).select_from(tables.device)).scalar():
        return
    name = os.uname().nodename or "this computer"
    connection.execute(tables.device.insert().values(id=uuid4().hex[:16], name=name, here=1))


def copy_before(home: Home, why: str) -> Path:
    """A copy of the database in `backups/`, made by SQLite's own online backup; returns its path."""
    make_private_folder(home.backups)
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    target = home.backups / f"lpdeck-{stamp}-{why}.db"
    make_private_file(target)
    source = sqlite3.connect(home.database)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    return target
