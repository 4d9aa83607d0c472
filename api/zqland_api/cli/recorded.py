"""Where a command takes its records: a store, or the demonstration city."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zqland.catalogues import Catalogues, load_catalogues
from zqland.text import Text
from zqland_api.cli.store_options import StoreOptions, opened
from zqland_api.errors import UsageError
from zqland_api.yearbook.records import Recorded, of_demo, of_store, parse_moment

if TYPE_CHECKING:
    from zqland_api.cli.terminal import Terminal

_CREATING = Text(en="Creating the demonstration city", zh="生成演示城市")
_READING = Text(en="Reading the store", zh="读取台账库")
_NO_FOLDER = Text(
    en="{folder} is not a folder of rule files. Name one with --catalogues.",
    zh="{folder} 不是规则文件夹。请用 --catalogues 指定。",
)
_NOT_IN_DEMO = Text(
    en="--known-at asks what a store knew; name one with --store.",
    zh="--known-at 查询台账库当时的记录，请用 --store 指定台账库。",
)


@dataclass(frozen=True, slots=True)
class RecordedOptions(StoreOptions):
    """Which records are looked at, and by which rules."""

    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="The demonstration city, also where a store is named by ZQLAND_STORE;"
            " it is taken too where no store is named. · 演示城市",
        ),
    ] = False
    known_at: Annotated[
        str | None,
        typer.Option(
            metavar="REVISION|DATE",
            help="As the store knew it at a revision, or by the end of a day."
            " · 按当时登记",
            show_default=False,
        ),
    ] = None
    catalogues: Annotated[
        Path | None,
        typer.Option(
            help="Folder of your own rule files. · 规则文件夹", show_default=False
        ),
    ] = None

    @property
    def is_demo(self) -> bool:
        """Whether the records are those of the demonstration city."""
        return self.demo or not (self.store or "").strip()

    def rules(self) -> Catalogues:
        """Load the rules in force.

        Raises
        ------
        UsageError
            What was named is no folder.
        """
        folder = self.catalogues
        if folder is not None and not folder.is_dir():
            raise UsageError(_NO_FOLDER.format(folder=folder))
        return load_catalogues(folder)

    def recorded(self, terminal: Terminal) -> Recorded:
        """Read the records.

        Parameters
        ----------
        terminal
            Shows what takes time.

        Raises
        ------
        UsageError
            An earlier state of the demonstration city is asked for.
        """
        if self.is_demo:
            if self.known_at is not None:
                raise UsageError(_NOT_IN_DEMO)
            with terminal.working() as report:
                report(_CREATING)
                return of_demo()
        moment = None if self.known_at is None else parse_moment(self.known_at)
        with opened(self, terminal) as store, terminal.working() as report:
            report(_READING)
            return of_store(store, known_at=moment)
