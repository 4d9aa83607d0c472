"""Options of the commands by which a clerk changes the books, and how they end."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zqland.areas import Method
from zqland.catalogues import Catalogues, load_catalogues
from zqland.text import Language, Text
from zqland.units import Unit
from zqland_api.about import About
from zqland_api.cli.options import parse_day
from zqland_api.language import of_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zqland_api.cli.store_options import ByOptions
    from zqland_api.cli.terminal import Terminal
    from zqland_geodata.store import Reader, Store, Writer

ParcelArgument = Annotated[
    str, typer.Argument(metavar="PARCEL", help="Number of the parcel. · 地块编号")
]
"""The parcel that a command is about."""

HoldArgument = Annotated[
    str, typer.Argument(metavar="HOLD", help="Number of the hold. · 预留编号")
]
"""The hold that a command is about."""

OnOption = Annotated[
    dt.date | None,
    typer.Option(
        parser=parse_day,
        metavar="DATE",
        help="Day on which it happened; else today. · 发生日期，缺省为今天",
        show_default=False,
    ),
]
"""The day of what is recorded."""

CataloguesOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder of your own rule files. · 规则文件夹", show_default=False
    ),
]
"""The rules that a command reads items and words by."""

_DRY = Text(
    en="This was a dry run: nothing was recorded.", zh="以上为试运行，未作任何登记。"
)
_TRIAL = "dry run"
"""The reason of what is undone at once, where none is given."""


class _UndoneError(Exception):
    """Raised at the end of a dry run, so that nothing of it stays."""


@dataclass(frozen=True, slots=True)
class LangOptions:
    """In which language a command speaks."""

    lang: Annotated[
        Language | None, typer.Option(help="Language. · 语言", show_default=False)
    ] = None

    @property
    def language(self) -> Language:
        """The reader's language: as named, else that of the terminal."""
        return self.lang or of_terminal()


@dataclass(frozen=True, slots=True)
class ActOptions(LangOptions):
    """What every change may be told besides who makes it and why."""

    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show what would come of it; record nothing. · 试运行"
        ),
    ] = False

    @contextmanager
    def writing(self, store: Store, by: ByOptions, *, command: str) -> Iterator[Writer]:
        """Write one revision, or undo it at the end of a dry run.

        Parameters
        ----------
        store
            The store.
        by
            Who makes the change, and why; a dry run needs no reason.
        command
            Name of the command, kept with the revision.

        Yields
        ------
        writer
            All that is written in the block, or nothing.
        """
        told = replace(by, why=by.why or _TRIAL) if self.dry_run else by
        with suppress(_UndoneError), told.writing(store, command=command) as writer:
            yield writer
            if self.dry_run:
                raise _UndoneError

    def end(
        self, terminal: Terminal, said: Iterable[Text], *, keys: Iterable[str] = ()
    ) -> None:
        """Say what was recorded; numbers go to stdout, for scripts.

        Parameters
        ----------
        terminal
            Where the command speaks.
        said
            Sentences.
        keys
            Numbers of what was recorded.
        """
        for text in said:
            terminal.say(text)
        if self.dry_run:
            terminal.say(_DRY, style="yellow")
            return
        for key in keys:
            typer.echo(key)


@dataclass(frozen=True, slots=True)
class SeenOptions(ActOptions):
    """A change of one row, which others may have changed meanwhile."""

    seen: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="VERSION",
            help="Version that was read; refuses if it was changed since."
            " · 读取时的版本号",
            show_default=False,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class DayOptions:
    """When something happened, and which document says so."""

    on: OnOption = None
    document: Annotated[
        str | None,
        typer.Option(
            help="Name or number of the document. · 文件名称或文号",
            show_default=False,
        ),
    ] = None


def about_of(
    reader: Reader,
    on: dt.date,
    *,
    unit: Unit = Unit.M2,
    basis: Method = Method.PLANAR,
    catalogues: Catalogues | None = None,
) -> About:
    """Say what the figures of an answer from the store refer to.

    Parameters
    ----------
    reader
        Reads the store.
    on
        The day.
    unit
        Unit of the areas.
    basis
        Method of the areas.
    catalogues
        The rules in force; the packaged ones where not given.
    """
    rules = catalogues or load_catalogues()
    return About(
        on=on,
        basis=basis,
        unit=unit,
        catalogue_hash=rules.hash,
        fictional=reader.fictional,
        ledger_version=reader.version,
    )
