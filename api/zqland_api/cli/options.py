"""Options that several commands share, each written once.

`takes` unfolds dataclasses of options into the parameters of a command and folds them
again before the command runs, so that a command has a few named groups to work with.
"""

from __future__ import annotations

import datetime as dt
import inspect
import os
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from pydantic import SecretStr

from zqland.areas import Method
from zqland.text import Language, Text
from zqland.units import Unit
from zqland_api.desk import Desk
from zqland_api.language import of_terminal
from zqland_api.output import Format
from zqland_api.settings import FIRST_DAY, LAST_DAY, SourceSettings
from zqland_api.view import View

STORE_VARIABLE = "ZQLAND_STORE"
"""Environment variable: the store where a command names neither one nor parcels."""

_NO_DAY = Text(
    en="{given!r} is not a day between {first} and {last}, such as 2023-09-05.",
    zh="{given!r} 不是 {first} 至 {last} 之间的日期，应如 2023-09-05。",
)


def parse_day(given: str) -> dt.date:
    """Read the as-of date of a command.

    Parameters
    ----------
    given
        What was typed.

    Raises
    ------
    typer.BadParameter
        It is not a day in range.
    """
    try:
        day = dt.date.fromisoformat(given)
    except ValueError:
        day = dt.date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        text = _NO_DAY.format(given=given, first=FIRST_DAY, last=LAST_DAY)
        raise typer.BadParameter(text.in_language(of_terminal()))
    return day


InputFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="Parcels: survey TXT, Shapefile (folder, zip), GeoPackage, GeoJSON, KML, "
        "DXF, point CSV … · 地块文件",
        show_default=False,
    ),
]
"""The parcels as the file that a command is about."""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How a file of parcels is read."""

    source_crs: Annotated[
        int | None,
        typer.Option(
            min=1024,
            help="EPSG code for a file that states none. · 坐标系代码",
            show_default=False,
        ),
    ] = None
    layer: Annotated[
        str,
        typer.Option(help="Layer of a file with several. · 图层", show_default=False),
    ] = ""
    shifts: Annotated[
        Path | None,
        typer.Option(
            help="Parameter sets from Xi'an 80 and Beijing 54, TOML. · 坐标转换参数",
            show_default=False,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class RecordOptions(ReadingOptions):
    """Files beside the parcels, and how the parcels are read."""

    ledger: Annotated[
        Path | None,
        typer.Option(
            help="What is known of the parcels besides their shapes, xlsx, xls or csv."
            " · 地块台账",
            show_default=False,
        ),
    ] = None
    evidence: Annotated[
        Path | None,
        typer.Option(help="Evidence, xlsx or csv. · 佐证表", show_default=False),
    ] = None
    evidence_as_of: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="Day on which the yes and no of the evidence were true."
            " · 佐证表的截至日期",
            show_default=False,
        ),
    ] = None
    status: Annotated[
        Path | None,
        typer.Option(
            help="Status events, xlsx or csv; without it all parcels count as in"
            " reserve. · 状态表",
            show_default=False,
        ),
    ] = None
    indicators: Annotated[
        Path | None,
        typer.Option(
            help="Control indicators of the parks, xlsx or csv. · 控制指标表",
            show_default=False,
        ),
    ] = None
    targets: Annotated[
        Path | None,
        typer.Option(
            help="Yearly targets, xlsx or csv. · 年度目标表", show_default=False
        ),
    ] = None
    parks: Annotated[
        Path | None,
        typer.Option(
            help="Boundaries of the parks; without them parks are points. · 园区界线",
            show_default=False,
        ),
    ] = None
    constraints: Annotated[
        Path | None,
        typer.Option(
            help="Layers of ground that is forbidden, deducted or to be checked, TOML."
            " · 约束图层",
            show_default=False,
        ),
    ] = None
    fieldmap: Annotated[
        Path | None,
        typer.Option(help="Which column is what, TOML. · 字段对照", show_default=False),
    ] = None
    catalogues: Annotated[
        Path | None,
        typer.Option(
            help="Folder of your own rule files. · 规则文件夹", show_default=False
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class FromStore:
    """A store in place of files."""

    store: Annotated[
        str | None,
        typer.Option(
            metavar="STORE",
            help="Store in place of files: path of a file, or"
            " postgresql://user@server/database; where no parcels are named,"
            f" that of {STORE_VARIABLE}. · 台账库",
            show_default=False,
        ),
    ] = None

    def sources(
        self,
        parcels: Path | None,
        records: ReadingOptions,
        view: ViewOptions,
        *,
        projects: Path | None = None,
    ) -> SourceSettings:
        """Put the store and the files of a command together.

        Parameters
        ----------
        parcels, records, view, projects
            As for `sources_of`.
        """
        named = self.store or ""
        if not named and parcels is None:
            named = os.environ.get(STORE_VARIABLE, "")
        files = sources_of(parcels, records, view, projects=projects)
        return files.model_copy(
            update={"store": SecretStr(named) if named.strip() else None}
        )


@dataclass(frozen=True, slots=True)
class ProjectOptions(FromStore):
    """Where parcels and projects come from; else it is the demonstration city."""

    parcels: Annotated[
        Path | None,
        typer.Option(
            help="Parcels; without them the demonstration city. · 地块文件",
            show_default=False,
        ),
    ] = None
    projects: Annotated[
        Path | None,
        typer.Option(help="Projects, xlsx or csv. · 项目表", show_default=False),
    ] = None


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """Under which conditions the reader wants to see the reserve."""

    on: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="As-of date. · 截至日期",
            show_default=False,
        ),
    ] = None
    lang: Annotated[
        Language | None, typer.Option(help="Language. · 语言", show_default=False)
    ] = None
    unit: Annotated[Unit, typer.Option(help="Unit of areas. · 面积单位")] = Unit.MU
    basis: Annotated[
        Method | None,
        typer.Option(help="Method of areas. · 面积口径", show_default=False),
    ] = None

    @property
    def language(self) -> Language:
        """The reader's language: as named, else that of the terminal."""
        return self.lang or of_terminal()

    def view(self, desk: Desk, *, use: str) -> View:
        """Complete the conditions by those of the desk.

        Parameters
        ----------
        desk
            The desk.
        use
            What the areas are for.
        """
        return View(
            on=self.on or desk.default_on,
            basis=self.basis or desk.catalogues.bases[use],
            unit=self.unit,
            language=self.language,
        )


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """Where the answer goes, and in which form."""

    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Form; else by the ending of --out, else a table. · 输出格式",
            show_default=False,
        ),
    ] = None
    out: Annotated[
        Path | None,
        typer.Option(
            help="File to write; else the terminal. · 输出文件", show_default=False
        ),
    ] = None


def sources_of(
    parcels: Path | None,
    records: ReadingOptions,
    view: ViewOptions,
    *,
    projects: Path | None = None,
) -> SourceSettings:
    """Put the files of a command together; nothing comes from the environment.

    Parameters
    ----------
    parcels
        The parcels, or None for the demonstration city.
    records
        How they are read, and the files beside them.
    view
        For the as-of date.
    projects
        The projects.
    """
    return SourceSettings.model_construct(
        parcels=parcels,
        projects=projects,
        on=view.on,
        **{field.name: getattr(records, field.name) for field in fields(records)},
    )


def takes(*groups: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of some groups.

    Parameters
    ----------
    *groups
        Dataclasses of options; the command's parameters annotated with them are
        filled by instances.

    Returns
    -------
    decorate
        Decorator of the command.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(command, include_extras=True)
        names = {kind: name for name, kind in hints.items() if kind in groups}
        own = [
            parameter.replace(annotation=hints[parameter.name])
            for parameter in inspect.signature(command).parameters.values()
            if parameter.name not in names.values()
        ]
        unfolded = [parameter for group in groups for parameter in _parameters(group)]

        def run(**given: Any) -> None:  # noqa: ANN401 - options of any kind
            for group in groups:
                values = {field.name: given.pop(field.name) for field in fields(group)}
                given[names[group]] = group(**values)
            command(**given)

        parameters = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in (*own, *unfolded)
        ]
        # Typer reads all of these, and must not find the folded parameters.
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {item.name: item.annotation for item in parameters}
        return run

    return decorate


def _parameters(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=(
                inspect.Parameter.empty if field.default is MISSING else field.default
            ),
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
