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

import datetime as dt
import getpass
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from zqland.text import Language, Text
from zqland_api.cli.options import ViewOptions, parse_day
from zqland_api.errors import UsageError
from zqland_api.language import of_terminal
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
_NO_MOMENT = Text(
    en="{given!r} is neither the number of a revision nor a moment such as 2023-09-05 "
    "or 2023-09-05T17:30.",
    zh="{given!r} 既不是修订号，也不是时间；时间应如 2023-09-05 或 2023-09-05T17:30。",
)
_OPENING = Text(en="Opening the store", zh="打开台账库")


def parse_known_at(given: str) -> int | dt.datetime:
    """Read when the books were known as they are asked for.

    Parameters
    ----------
    given
        The number of a revision, a day (all that was recorded on it counts), or a
        moment; local time where it names no zone.

    Returns
    -------
    known_at
        As `zqland_geodata.store.Reader` takes it.

    Raises
    ------
    UsageError
        It is neither.

    Examples
    --------
    >>> parse_known_at("12")
    12
    >>> parse_known_at("2023-09-05").isoformat()
    '2023-09-05T23:59:59'
    """
    text = given.strip()
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(_NO_MOMENT.format(given=given)) from None
    is_day = len(text) <= len("2023-09-05")
    return moment.replace(hour=23, minute=59, second=59) if is_day else moment


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


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """In which language a command speaks, where areas are not asked for."""

    lang: Annotated[
        Language | None, typer.Option(help="Language. · 语言", show_default=False)
    ] = None

    @property
    def language(self) -> Language:
        """The reader's language: as named, else that of the terminal."""
        return self.lang or of_terminal()


@dataclass(frozen=True, slots=True)
class DayOptions(LanguageOptions):
    """On which day something is true, and in which language a command speaks."""

    on: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="The day on which it is true; else today. · 日期",
            show_default=False,
        ),
    ] = None

    @property
    def day(self) -> dt.date:
        """The day: as named, else today."""
        return self.on or dt.datetime.now().astimezone().date()

    @property
    def view(self) -> ViewOptions:
        """The same as the options of a view."""
        return ViewOptions(on=self.day, lang=self.lang)


@dataclass(frozen=True, slots=True)
class KnownOptions:
    """As when the books are read: as known now, or as they were known before."""

    known_at: Annotated[
        str | None,
        typer.Option(
            metavar="REVISION|DATE",
            help="As the books were known at a revision or a moment. · 按当时所知",
            show_default=False,
        ),
    ] = None

    @property
    def moment(self) -> int | dt.datetime | None:
        """The revision or the moment; None for what is known now.

        Raises
        ------
        UsageError
            It is neither.
        """
        return None if self.known_at is None else parse_known_at(self.known_at)


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
