"""The form of a store, and the way from one form to the next."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection

_FOLDER = Path(__file__).with_name("migrations")
_FORM = sa.table("alembic_version", sa.column("version_num", sa.Text))


def form_of(connection: Connection) -> str | None:
    """Tell the form of a store: the last migration that it went through.

    Parameters
    ----------
    connection
        An open connection.

    Returns
    -------
    form
        Its name; None for a database without a store.
    """
    return MigrationContext.configure(connection).get_current_revision()


def form_now(connection: Connection) -> str | None:
    """Tell the form that a store has by now, which was a store when it was opened.

    It is one small query, to be asked at the begin of each transaction: others may
    bring the store to another form while it is open.

    Parameters
    ----------
    connection
        A connection with an open transaction.

    Returns
    -------
    form
        Its name; None where it was taken away.
    """
    return connection.scalar(sa.select(_FORM.c.version_num))


@cache
def forms() -> tuple[str, ...]:
    """List the forms that this program knows, the oldest first."""
    script = ScriptDirectory.from_config(_config())
    return tuple(step.revision for step in script.walk_revisions())[::-1]


def newest() -> str:
    """Give the form that this program writes."""
    return forms()[-1]


def upgrade(connection: Connection, form: str = "head") -> None:
    """Bring a store to a form, within the transaction of the connection.

    Parameters
    ----------
    connection
        A connection with an open transaction that writes.
    form
        The form; the newest where not given.
    """
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, form)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
