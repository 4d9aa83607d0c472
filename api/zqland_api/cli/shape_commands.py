"""The commands by which a clerk splits, merges and corrects parcels."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import geopandas as gpd
import pandas as pd
import typer

from zqland.catalogues import Catalogues, load_catalogues
from zqland.text import Text
from zqland.units import parse_area
from zqland_api.cli.choices import ask_for_evidence, chosen_evidence, seen_versions
from zqland_api.cli.clerk_options import (
    ActOptions,
    CataloguesOption,
    OnOption,
    ParcelArgument,
    about_of,
)
from zqland_api.cli.clerk_sheets import evidence_sheet, pieces_sheet
from zqland_api.cli.drawn import cut, one_shape, pieces_of
from zqland_api.cli.options import OutputOptions, ReadingOptions, takes
from zqland_api.cli.store_options import ByOptions, StoreOptions, opened
from zqland_api.cli.terminal import session
from zqland_api.errors import UsageError
from zqland_api.sheets import Output
from zqland_geodata.store import lineage
from zqland_geodata.store.holds import today
from zqland_geodata.store.lineage import Child, parcel_evidence

if TYPE_CHECKING:
    from zqland.lineage import Succession
    from zqland_geodata.store import Writer

SeenOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="VERSION",
        help="Version that was read; refuses if it was changed since. · 读取时的版本号",
        show_default=False,
    ),
]

_MORE_NAMES = 200
"""How many numbers of pieces may be taken already."""

_ONE_OF = Text(
    en="Say how {parcel} is split: --pieces FILE, or --line with its points; one of "
    "them.",
    zh="请说明 {parcel} 如何分割：用 --pieces 给出文件，或用 --line 给出分割线，"
    "二者选一。",
)
_COUNT = Text(
    en="There are {pieces} pieces and {ids} numbers ({given}). Give one per piece; the "
    "pieces are counted from west to east, or in the order of the file.",
    zh="共分为 {pieces} 宗，给出了 {ids} 个编号（{given}）。请逐宗给出编号；"
    "各宗自西向东或按文件顺序排列。",
)
_AREAS = Text(
    en="There are {pieces} pieces and {areas} declared areas ({given}). Give one per "
    "piece, without commas within a figure.",
    zh="共分为 {pieces} 宗，给出了 {areas} 个批准面积（{given}）。"
    "请逐宗给出，数字中不用千位分隔符。",
)
_OLD = Text(
    en="{parcel} had {planar} and {ellipsoid}.",
    zh="{parcel} 原有{planar}、{ellipsoid}。",
)
_NEIGHBOURS = Text(
    en="The new boundary points were put into the neighbours {parcels} too.",
    zh="相邻地块 {parcels} 的界址线同步增加了新界址点。",
)
_APART = Text(
    en="{parcels} got no new boundary points: their boundaries do not coincide here. "
    "Correct them.",
    zh="{parcels} 未增加新界址点：其界址线在此处不重合。请予以更正。",
)


@dataclass(frozen=True, slots=True)
class LineageOptions(ActOptions):
    """When parcels came of others, by which document, and which evidence they keep."""

    on: OnOption = None
    document: Annotated[
        str | None,
        typer.Option(
            help="Name or number of the document. · 文件名称或文号",
            show_default=False,
        ),
    ] = None
    evidence: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHOICE",
            help="Evidence about the old parcel that holds of a new one: PARCEL=all,"
            " PARCEL=E1,E2, all or none; again for more. · 佐证归属",
            show_default=False,
        ),
    ] = None
    catalogues: CataloguesOption = None


@dataclass(frozen=True, slots=True)
class PieceOptions:
    """What a parcel is split into."""

    pieces: Annotated[
        Path | None,
        typer.Option(
            help="File with the shapes of the new parcels. · 新地块图形文件",
            show_default=False,
        ),
    ] = None
    line: Annotated[
        list[str] | None,
        typer.Option(
            metavar="POINTS",
            help="A line across the parcel, “x,y x,y …” in its plane or in degrees;"
            " again for more. · 分割线",
            show_default=False,
        ),
    ] = None
    ids: Annotated[
        str | None,
        typer.Option(
            metavar="ID,ID…",
            help="Numbers of the new parcels, from west to east or as in the file."
            " · 新地块编号",
            show_default=False,
        ),
    ] = None
    rest: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Number of what the shapes of the file leave. · 剩余部分的编号",
            show_default=False,
        ),
    ] = None
    declared: Annotated[
        str | None,
        typer.Option(
            metavar="AREA,AREA…",
            help="Declared areas of the new parcels, each with its unit, in the order"
            " of --ids: “19 mu,30.5 mu”. · 新地块批准面积",
            show_default=False,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class FactOptions:
    """What is said of the new parcel."""

    name: Annotated[
        str | None, typer.Option(help="Its name. · 名称", show_default=False)
    ] = None
    park: Annotated[
        str | None,
        typer.Option(help="Code of its park. · 园区代码", show_default=False),
    ] = None
    district: Annotated[
        str | None,
        typer.Option(
            help="Code of its district. · 县（市、区）代码", show_default=False
        ),
    ] = None
    declared: Annotated[
        str | None,
        typer.Option(
            metavar="AREA",
            help="Its declared area, with the unit: “30 mu”. · 批准面积",
            show_default=False,
        ),
    ] = None

    @property
    def facts(self) -> dict[str, object]:
        """What was given, by column.

        Raises
        ------
        UnitError
            The area cannot be read.
        """
        given = {"name": self.name, "park_id": self.park, "district": self.district}
        facts: dict[str, object] = {
            column: value for column, value in given.items() if value is not None
        }
        if self.declared is not None:
            facts["declared_m2"] = parse_area(self.declared)
        return facts


@takes(
    PieceOptions, ReadingOptions, LineageOptions, StoreOptions, ByOptions, OutputOptions
)
def split(  # noqa: PLR0913 - each group of options is an argument
    parcel: ParcelArgument,
    asked: PieceOptions,
    reading: ReadingOptions,
    act: LineageOptions,
    where: StoreOptions,
    by: ByOptions,
    *,
    output: OutputOptions,
    seen: SeenOption = None,
) -> None:
    """Split a parcel along lines or into the shapes of a file. · 分割地块."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        rules = load_catalogues(act.catalogues)
        with act.writing(store, by, command="split") as writer:
            drawn = _pieces(writer, parcel, asked, reading)
            known = parcel_evidence(writer.reading, [parcel])
            chosen = _chosen(act, [parcel], list(drawn), known, rules)
            children = [
                Child(name, shape, chosen[name], facts)
                for name, (shape, facts) in drawn.items()
            ]
            day = act.on or today(writer)
            made = lineage.split(
                writer, parcel, children, on=day, seen=seen, document=act.document
            )
            answer = _answer(writer, made, chosen, day, rules)
        if act.dry_run:
            answer = _with_evidence(answer, known, rules)
        terminal.deliver(answer, form=output.form, out=output.out)
        act.end(terminal, _said(made))


@takes(FactOptions, LineageOptions, StoreOptions, ByOptions, OutputOptions)
def merge(  # noqa: PLR0913 - each group of options is an argument
    parcels: Annotated[
        list[str],
        typer.Argument(metavar="PARCEL…", help="Numbers of the parcels. · 地块编号"),
    ],
    asked: FactOptions,
    act: LineageOptions,
    where: StoreOptions,
    by: ByOptions,
    *,
    output: OutputOptions,
    into: Annotated[
        str, typer.Option(metavar="ID", help="Number of the new parcel. · 新地块编号")
    ],
    seen: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PARCEL=VERSION",
            help="Version that was read of each; refuses if one was changed since."
            " · 读取时各地块的版本号",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Merge parcels that lie side by side. · 合并地块."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        rules = load_catalogues(act.catalogues)
        versions = seen_versions(seen or [])
        with act.writing(store, by, command="merge") as writer:
            known = parcel_evidence(writer.reading, parcels)
            chosen = _chosen(act, parcels, [into], known, rules)
            child = Child(into, evidence=chosen[into], facts=asked.facts)
            day = act.on or today(writer)
            made = lineage.merge(
                writer, parcels, child, on=day, seen=versions, document=act.document
            )
            answer = _answer(writer, made, chosen, day, rules)
        if act.dry_run:
            answer = _with_evidence(answer, known, rules)
        terminal.deliver(answer, form=output.form, out=output.out)
        act.end(terminal, _said(made))


@takes(
    FactOptions, ReadingOptions, LineageOptions, StoreOptions, ByOptions, OutputOptions
)
def boundary(  # noqa: PLR0913 - each group of options is an argument
    parcel: ParcelArgument,
    asked: FactOptions,
    reading: ReadingOptions,
    act: LineageOptions,
    where: StoreOptions,
    by: ByOptions,
    *,
    output: OutputOptions,
    shape: Annotated[
        Path, typer.Option(help="File with the corrected shape. · 更正后的图形文件")
    ],
    into: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="New number, where the boundary was changed that day; without it the"
            " boundary had been recorded wrongly. · 新编号",
            show_default=False,
        ),
    ] = None,
    seen: SeenOption = None,
) -> None:
    """Correct the boundary of a parcel. · 更正界址."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        rules = load_catalogues(act.catalogues)
        with act.writing(store, by, command="boundary") as writer:
            zone = int(writer.reading.parcel(parcel)["home_zone"])
            drawn = one_shape(shape, reading, zone)
            name = into or parcel
            known = parcel_evidence(writer.reading, [parcel])
            if name == parcel:
                # It keeps its number, and all that was said of it.
                chosen = chosen_evidence(act.evidence or [], [name], known)
            else:
                chosen = _chosen(act, [parcel], [name], known, rules)
            child = Child(name, drawn, chosen[name], asked.facts)
            day = act.on or today(writer)
            made = lineage.correct(
                writer, parcel, child, on=day, seen=seen, document=act.document
            )
            answer = _answer(writer, made, chosen, day, rules)
        if act.dry_run and name != parcel:
            answer = _with_evidence(answer, known, rules)
        terminal.deliver(answer, form=output.form, out=output.out)
        act.end(terminal, _said(made))


def _pieces(
    writer: Writer, parcel_id: str, asked: PieceOptions, reading: ReadingOptions
) -> dict[str, tuple[Any, dict[str, object]]]:
    """Give the shapes of the new parcels and what is said of them, by number."""
    if (asked.pieces is None) == (not asked.line):
        raise UsageError(_ONE_OF.format(parcel=parcel_id))
    parcel = writer.reading.parcel(parcel_id)
    zone = int(parcel["home_zone"])
    own = [word.strip() for word in (asked.ids or "").split(",") if word.strip()]
    if asked.pieces is None:
        shapes = cut(parcel_id, parcel["home_geometry"], zone, asked.line or [])
        facts: list[dict[str, object]] = [{} for _ in shapes]
        names = own or _free_names(writer, parcel_id, len(shapes))
    else:
        found = pieces_of(asked.pieces, reading, zone)
        shapes = list(found["home_geometry"])
        facts = _facts_of(found)
        names = own or [str(name) for name in found.index]
    if len(names) != len(shapes):
        told = {"ids": len(names), "given": ", ".join(names)}
        raise UsageError(_COUNT.format(pieces=len(shapes), **told))
    drawn = zip(names, zip(shapes, facts, strict=True), strict=True)
    made: dict[str, tuple[Any, dict[str, object]]] = dict(drawn)
    if asked.rest is not None:
        made[asked.rest] = (None, {})
    return made if asked.declared is None else _declared(made, asked.declared)


def _declared(
    pieces: dict[str, tuple[Any, dict[str, object]]], given: str
) -> dict[str, tuple[Any, dict[str, object]]]:
    """Add the declared areas, which are given in the order of the pieces."""
    words = [word for word in re.split("[,，]", given) if word.strip()]
    if len(words) != len(pieces):
        told = {"areas": len(words), "given": given, "pieces": len(pieces)}
        raise UsageError(_AREAS.format(**told))
    areas = [parse_area(word) for word in words]
    return {
        name: (shape, facts | {"declared_m2": area})
        for (name, (shape, facts)), area in zip(pieces.items(), areas, strict=True)
    }


def _facts_of(pieces: pd.DataFrame) -> list[dict[str, object]]:
    """Take the names and the declared areas that the file gives."""
    columns = [name for name in ("name", "declared_m2") if name in pieces]
    return [
        {str(column): value for column, value in row.items() if not pd.isna(value)}
        for row in pieces[columns].to_dict("records")
    ]


def _free_names(writer: Writer, parcel_id: str, count: int) -> list[str]:
    """Make numbers for pieces after that of their parcel, which none ever had."""
    names = [f"{parcel_id}-{number}" for number in range(1, count + _MORE_NAMES)]
    taken = writer.reading.known_keys("parcels", names)
    return [name for name in names if name not in taken][:count]


def _chosen(
    act: LineageOptions,
    parents: list[str],
    children: list[str],
    known: pd.DataFrame,
    rules: Catalogues,
) -> dict[str, tuple[str, ...]]:
    if act.evidence is None and not act.dry_run:
        ask_for_evidence(parents, children[0], known, rules)
    return chosen_evidence(act.evidence or [], children, known)


def _answer(
    writer: Writer,
    made: Succession,
    chosen: dict[str, tuple[str, ...]],
    on: dt.date,
    rules: Catalogues,
) -> Output:
    """Show the new parcels as the store has them now."""
    names = [child.parcel_id for child in made.children]
    found = writer.reading.table("parcels", keys=names, versions=True).loc[names]
    return Output(
        about=about_of(writer.reading, on, catalogues=rules),
        sheets=(pieces_sheet(found, chosen),),
        shapes=gpd.GeoSeries(found["geometry"]),
    )


def _with_evidence(answer: Output, known: pd.DataFrame, rules: Catalogues) -> Output:
    """Show what there is to choose from."""
    if known.empty:
        return answer
    sheets = (*answer.sheets, evidence_sheet(known, rules))
    return Output(about=answer.about, sheets=sheets, shapes=answer.shapes)


def _said(made: Succession) -> list[Text]:
    """Say what came of it, and what happened around it."""
    said = [made.text]
    if made.neighbours:
        names = ", ".join(one.parcel_id for one in made.neighbours)
        said.append(_NEIGHBOURS.format(parcels=names))
    if made.apart:
        said.append(_APART.format(parcels=", ".join(made.apart)))
    return [*said, *made.notes]
