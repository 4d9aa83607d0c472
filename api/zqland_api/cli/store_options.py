"""Options of the commands that work on a store, and the way to open it.

A command takes them with `zqland_api.cli.options.takes`::

    @store_app.command()
    @takes(StoreOptions, ByOptions, ViewOptions)
    def release(hold: str, where: StoreOptions, by: ByOptions, view: ViewOptions):
        with session(view.language) as terminal, opened(where, terminal) as store:
            with by.writing(store, command="release") as writer:
                ...

The names that a function gives the groups are free; what is typed is ``--store``,
``--wait``, ``--by`` and ``--why``.
"""

from __future__ import annotations

import getpass
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from zqland.text import Text
from zqland_api.errors import UsageError
from zqland_geodata.store import open_store
from zqland_geodata.store.engine import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from zqland_api.cli.terminal import Terminal
    from zqland_geodata.store import Store, Writer

_NO_STORE = Text(
    en="No store was named. Give --store with the path of a file or a postgresql:// "
    "address, or set ZQLAND_STORE.",
    zh="未指定台账库。请用 --store 给出文件路径或 postgresql:// 地址，"
    "或设置环境变量 ZQLAND_STORE。",
)
_NO_REASON = Text(
    en="A change of the books needs a reason: give it with --why.",
    zh="更改台账须说明理由：请用 --why 注明。",
)
_NOBODY = Text(
    en="A change of the books needs who makes it, and this system does not tell a "
    "user's name: give it with --by, or set ZQLAND_BY.",
    zh="更改台账须注明经办人，而系统未提供用户名：请用 --by 注明，"
    "或设置环境变量 ZQLAND_BY。",
)
_OPENING = Text(en="Opening the store", zh="打开台账库")


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """Which store a command works on."""

    store: Annotated[
        str | None,
        typer.Option(
            metavar="STORE",
            envvar="ZQLAND_STORE",
            help="The store: path of a file, or postgresql://user@server/database."
            " · 台账库",
            show_default=False,
        ),
    ] = None
    wait: Annotated[
        float,
        typer.Option(
            min=0.0,
            help="Seconds to wait while others write. · 等待他人写入的秒数",
        ),
    ] = WAIT_S

    @property
    def address(self) -> str:
        """The address of the store.

        Raises
        ------
        UsageError
            None was named.
        """
        named = (self.store or "").strip()
        if not named:
            raise UsageError(_NO_STORE)
        return named


@dataclass(frozen=True, slots=True)
class ByOptions:
    """Who changes the books, and why."""

    by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            envvar="ZQLAND_BY",
            help="Who makes the change; else the user of this system. · 经办人",
            show_default=False,
        ),
    ] = None
    why: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="The reason; it is kept with the change. · 理由",
            show_default=False,
        ),
    ] = None

    @property
    def name(self) -> str:
        """Who makes the change: as named, else the user of this system.

        Raises
        ------
        UsageError
            Nobody was named, and the system does not tell.
        """
        named = (self.by or "").strip()
        if named:
            return named
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            raise UsageError(_NOBODY) from None

    @property
    def reason(self) -> str:
        """The reason of the change.

        Raises
        ------
        UsageError
            None was given.
        """
        given = (self.why or "").strip()
        if not given:
            raise UsageError(_NO_REASON)
        return given

    def writing(self, store: Store, *, command: str) -> AbstractContextManager[Writer]:
        """Write one revision in the name of who makes the change.

        Parameters
        ----------
        store
            The store.
        command
            Name of the command, kept with the revision.

        Returns
        -------
        writer
            To be used with ``with``; all that is written in the block, or nothing.

        Raises
        ------
        UsageError
            Nobody or no reason was named.
        """
        return store.writing(by=self.name, why=self.reason, command=command)


@contextmanager
def opened(options: StoreOptions, terminal: Terminal) -> Iterator[Store]:
    """Open the store of a command, and close it at the end.

    Parameters
    ----------
    options
        Which store.
    terminal
        Shows that it is being opened: a server may take its time.

    Yields
    ------
    store
        The store.

    Raises
    ------
    UsageError
        No store was named.
    StoreError
        It is missing, of another form, or cannot be reached.
    """
    with terminal.working() as report:
        report(_OPENING)
        store = open_store(options.address, wait_s=options.wait)
    with store:
        yield store
