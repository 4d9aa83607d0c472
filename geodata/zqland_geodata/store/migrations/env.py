"""Run migrations within the transaction of whoever asks for them."""

from __future__ import annotations

from alembic import context


def _run() -> None:
    connection = context.config.attributes["connection"]
    # SQLite undoes changes of tables with the rest, when it is told to.
    context.configure(connection=connection, transactional_ddl=True)
    context.run_migrations()


_run()
