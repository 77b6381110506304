"""Opening the database and bringing its schema up to date, with a copy made first."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
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
from lpdeck.store.hot import PRAGMAS, explained, make_private_folder
from lpdeck.store.weights import are_folded, fold_anew

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig


def open_engine(home: Home) -> sa.Engine:
    """An engine on the home's database, its schema up to date; makes home and database where there are none.

    The stored memories are those of the weights in use: where they were computed with another set, they are computed
    anew from the log. Raises HomeError where the database can not be used: newer than the program, locked, damaged,
    read-only.
    """
    make_private_folder(home.path)
    with explained(home.database):
        engine = _engine(home.database)
        _bring_up_to_date(engine, home)
        _fold_with_the_weights_in_use(engine)
    return engine


@contextmanager
def transaction(engine: sa.Engine, home: Home) -> Iterator[sa.Connection]:
    """A transaction that holds the write lock from its beginning; failures become HomeError."""
    with explained(home.database), engine.begin() as connection:
        yield connection


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)

    @sa_event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: `begin` below does, with the write lock.
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @sa_event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _bring_up_to_date(engine: sa.Engine, home: Home) -> None:
    revision = _revision(engine)
    if revision == SCHEMA:
        return
    # Alembic takes longer to import than all else; nearly always the schema is current.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    if revision is None:
        _refuse_foreign(engine, home.database)
    else:
        _refuse_newer(config, revision, home.database)
        copy_before(home, f"before-schema-{SCHEMA}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _name_this_device(connection)
    os.chmod(home.database, 0o600)


def _fold_with_the_weights_in_use(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        if are_folded(connection):
            return
    with engine.begin() as connection:
        fold_anew(connection)


def _revision(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _refuse_foreign(engine: sa.Engine, path: Path) -> None:
    with engine.connect() as connection:
        if sa.inspect(connection).get_table_names():
            raise HomeError(
                f"{path} is a database of another program", "Move it away, or choose another home with --home."
            )


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
    source = sqlite3.connect(home.database)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    os.chmod(target, 0o600)
    return target
