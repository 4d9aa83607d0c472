"""Two versions of the program at one store: each is told, and nothing is lost.

The other version is another process: the program as it is, with a migration more or
one less.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

import zqland_geodata
from zqland_geodata.errors import StoreTooNewError
from zqland_geodata.store import carrying, migrating, upgrade_store
from zqland_geodata.store import engine as engines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zqland_geodata.store import Store

NEWEST = migrating.newest()
NEXT = "9999"
MIGRATION = f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{NEWEST}"

def upgrade():
    op.create_table("remarks", sa.Column("text", sa.Text))
    op.add_column("quotas", sa.Column("remark", sa.Text))
"""

PROGRAM = """
import sys
from zqland_geodata.store import open_store, upgrade_store

def write(store):
    with store.writing(by="other", why="other program") as writer:
        writer.change("parcels", "A-2", {"name": "别名"}, seen=None)
    return "written"

def work(command, address):
    if command == "upgrade":
        return upgrade_store(address)
    if command == "open":
        open_store(address).close()
        return "opened"
    if command == "keep":
        kept.append(open_store(address))
        return "kept"
    if command == "read":
        return kept[-1].reading().parcel("A-1")["name"]
    return write(kept[-1])

kept = []
for line in sys.stdin:
    command, address = line.rstrip().split(" ", 1)
    try:
        print(work(command, address), flush=True)
    except Exception as error:
        print(type(error).__name__, str(error).partition(". ")[2], flush=True)
"""


class Program:
    """Another version of the program, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        path = os.pathsep.join([str(folder), *sys.path])
        self.process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-c", PROGRAM],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def ask(self, command: str, address: str) -> str:
        """Let it do something, and hear how it ended."""
        self.begin(command, address)
        return self.answer()

    def begin(self, command: str, address: str) -> None:
        """Let it begin to do something."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command} {address}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """Wait until it is done."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip()

    def close(self) -> None:
        """Let it end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def copied(folder: Path) -> Path:
    """Copy the program; tell where its migrations are."""
    (source,) = zqland_geodata.__path__
    name = zqland_geodata.__name__
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(source, folder / name, ignore=without)
    return folder / name / "store" / "migrations" / "versions"


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Give a program that knows one form more."""
    folder = tmp_path_factory.mktemp("newer")
    (copied(folder) / f"r{NEXT}_remarks.py").write_text(MIGRATION, encoding="utf-8")
    program = Program(folder)
    yield program
    program.close()


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Give a program that knows one form less."""
    folder = tmp_path_factory.mktemp("older")
    (last,) = copied(folder).glob(f"r{NEWEST}_*.py")
    last.unlink()
    program = Program(folder)
    yield program
    program.close()


@pytest.fixture
def older_store(older: Program, address: str, filled: Store) -> Store:
    """Give a store that the older program may open: only guards were added since."""
    set_form(filled, migrating.forms()[-2])
    assert older.ask("keep", address) == "kept"
    return filled


def set_form(store: Store, form: str) -> None:
    with engines.for_writing(store.engine) as connection, connection.begin():
        statement = sa.text("UPDATE alembic_version SET version_num = :form")
        connection.execute(statement, {"form": form})


def contents(store: Store) -> tuple[str | None, str]:
    """Give the form and all rows, whatever the program makes of them."""
    with engines.for_reading(store.engine) as connection, connection.begin():
        return migrating.form_of(connection), carrying.digest(connection)


def test_an_older_program_refuses_a_newer_store(
    older: Program, filled: Store, address: str
) -> None:
    before = contents(filled)
    for command in ("open", "upgrade"):
        assert older.ask(command, address) == (
            "StoreTooNewError Nothing was changed. Install the newer zqland to open it."
        )
    assert contents(filled) == before


def test_a_newer_program_refuses_an_older_store_until_it_is_upgraded(
    newer: Program, filled: Store, address: str
) -> None:
    before = contents(filled)
    said = newer.ask("open", address)
    assert said.startswith("StoreTooOldError Run `zqland store upgrade")
    assert contents(filled) == before
    assert newer.ask("upgrade", address) == NEWEST
    assert newer.ask("open", address) == "opened"


def test_a_program_that_has_the_store_open_is_told_of_its_upgrade_and_writes_nothing(
    newer: Program, filled: Store, address: str
) -> None:
    before = contents(filled)
    assert newer.ask("upgrade", address) == NEWEST
    with pytest.raises(StoreTooNewError, match="Nothing was changed"):
        filled.reading().parcel("A-1")
    with (
        pytest.raises(StoreTooNewError, match="Install the newer zqland"),
        filled.writing(by="a", why="b") as writer,
    ):
        writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
    assert contents(filled) == (NEXT, before[1])


def test_an_upgrade_waits_for_whoever_writes_in_the_older_form(
    newer: Program, filled: Store, address: str
) -> None:
    with filled.writing(by="a", why="b") as writer:
        newer.begin("upgrade", address)
        writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
    assert newer.answer() == NEWEST
    assert newer.ask("keep", address) == "kept"
    assert newer.ask("read", address) == "新名"
    assert newer.ask("write", address) == "written"


def test_a_reader_of_one_state_keeps_it_while_the_store_is_upgraded(
    newer: Program, filled: Store, address: str
) -> None:
    reader = filled.reading()
    with reader:
        assert len(reader.table("parcels")) == 2
        assert newer.ask("upgrade", address) == NEWEST
        assert reader.parcel("A-1")["name"] == "甲地块"
    with pytest.raises(StoreTooNewError):
        reader.parcel("A-1")


def test_an_older_program_that_runs_stops_writing_once_the_store_is_upgraded(
    older: Program, older_store: Store, address: str
) -> None:
    assert older.ask("write", address) == "written"
    set_form(older_store, NEWEST)
    before = contents(older_store)
    for command in ("read", "write"):
        said = older.ask(command, address)
        assert said.startswith("StoreTooNewError Nothing was changed.")
    assert contents(older_store) == before
    assert upgrade_store(address) is None
