"""Read a boundary-point table as a layer of parcels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError as UnreadableCrs

from zqland import crs, grids
from zqland.errors import CrsError
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.errors import (
    FileUnreadableError,
    MissingLayerError,
    SourceCrsError,
    SurveyTextError,
)
from zqland_geodata.homezones import KEY as HOME_ZONE
from zqland_geodata.layers import Layer
from zqland_geodata.points import axes, cells, rings
from zqland_geodata.remarks import Rule
from zqland_geodata.survey.points import NO_RING
from zqland_geodata.survey.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from zqland_geodata.fieldmap import TableMap
    from zqland_geodata.options import ReadOptions

    Integers = NDArray[np.int64]

_DEGREE_M = 1e5
_RING = re.compile(r"[0-9]{1,9}")


def read(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Read a CSV file with a row for every boundary point.

    Parameters
    ----------
    source
        The file, with or without headings.
    mapping
        Its ``source_crs`` is the system of a table that states none.
    options
        Limits.

    Returns
    -------
    layer
        A record for each parcel; other columns from its first row that has a value.

    Raises
    ------
    FileUnreadableError
        It is no such table, or a coordinate cannot be read; the line is named.
    MissingColumnError
        There are no coordinates.
    AmbiguousColumnError
        There are no headings, and the columns cannot be told apart.
    SourceCrsError
        The system or the order of the coordinates cannot be decided.
    """
    if mapping.layer not in {"", source.stem}:
        raise MissingLayerError(
            _NO_LAYER.format(name=source.name, layer=mapping.layer, known=source.stem)
        )
    table = cells.read_table(source, options.limits)
    if not len(table.lines):
        raise FileUnreadableError(_NO_POINTS.format(name=source.name))
    findings = list(_assumed(table, source.name))
    ids = _ids(table, findings)
    codes, known = pd.factorize(ids, use_na_sentinel=False)
    order = np.argsort(codes, kind="stable")
    if (order != np.arange(len(order))).any():
        first = int((order != np.arange(len(order))).argmax())
        findings.append(
            _SCATTERED.finding("", "parcel_id", place=f"line {table.lines[first]}")
        )
    owner = codes[order]
    first_rows = np.unique(owner, return_index=True)[1]
    lines = np.asarray(table.lines)[order].tolist()
    placed = axes.place(
        axes.Points(
            figures=_figures(table, source.name)[order],
            owner=owner,
            stated=_stated(table, mapping.source_crs, source.name)[order][first_rows],
            is_east_first=table.is_east_first,
            lines=lines,
            has_datum=cells.SYSTEM in table.kinds,
        ),
        name=source.name,
    )
    is_plane = np.abs(placed.coordinates).max() > cells.HALF_CIRCLE
    boundaries = rings.Boundaries(
        coordinates=placed.coordinates,
        owner=owner,
        number=_ring_numbers(table)[order],
        lines=np.asarray(lines, dtype=np.int64),
        names=_point_names(table, order),
        metres=1.0 if is_plane else _DEGREE_M,
    )
    tally = Tally()
    shapes, short = _shapes(boundaries, tally, source.name)
    places = [f"line {lines[row]}" for row in first_rows]
    findings += [
        *placed.findings,
        *_too_few(short, known, places),
        *tally.findings([]),
    ]
    columns = _columns(table, codes, len(known))
    findings += _differing(table, codes)
    return _layer(columns, shapes, placed.systems, findings, places)


def _assumed(table: cells.Table, name: str) -> list[Finding]:
    if not table.assumed:
        return []
    return [_NO_HEADINGS.finding("", "heading", ", ".join(table.assumed), place=name)]


def _ids(table: cells.Table, findings: list[Finding]) -> pd.Series[str]:
    """Return the parcel of each row; an empty cell belongs to the parcel above."""
    if cells.ID not in table.kinds:
        return pd.Series([""] * len(table.cells), dtype="str")
    stated = table.cells[table.kinds[cells.ID]]
    blank = stated == ""
    if blank.any() and not blank.all():
        first = f"line {table.lines[int(blank.to_numpy().argmax())]}"
        findings.append(
            _FILLED.finding("", "parcel_id", place=first, count=int(blank.sum()))
        )
    return stated.where(~blank).ffill().fillna("")


def _figures(table: cells.Table, name: str) -> NDArray[np.float64]:
    pair = [table.kinds[cells.FIRST], table.kinds[cells.SECOND]]
    figures = np.column_stack([cells.numbers(table.cells[name]) for name in pair])
    spoilt = np.flatnonzero(~np.isfinite(figures).all(axis=1))
    if len(spoilt):
        row = int(spoilt[0])
        found = ", ".join(table.cells[pair].iloc[row])
        raise FileUnreadableError(
            _NO_NUMBER.format(name=name, line=table.lines[row], found=found)
        )
    return figures


def _stated(table: cells.Table, given: int | None, name: str) -> Integers:
    """Return the EPSG code that is stated for each row, 0 for none."""
    count = len(table.cells)
    if given is not None:
        _code(str(given), name)
    if cells.SYSTEM not in table.kinds:
        return np.full(count, given or 0, dtype=np.int64)
    words = table.cells[table.kinds[cells.SYSTEM]].replace("", pd.NA).ffill().fillna("")
    codes = {word: _code(word, name) if word else 0 for word in words.unique()}
    stated = words.map(codes).to_numpy(dtype=np.int64)
    return np.where(stated == 0, given or 0, stated)


def _code(word: str, name: str) -> int:
    """Return the EPSG code of a system that is named in a cell; 0 leaves it open."""
    plain = word.strip().upper()
    if plain in {"CGCS2000", "2000国家大地坐标系", "国家2000"}:
        return 0
    digits = plain.removeprefix("EPSG:")
    try:
        return int(CRS.from_epsg(int(digits)).to_epsg() or 0)
    except (ValueError, UnreadableCrs) as error:
        raise SourceCrsError(_NO_SYSTEM.format(name=name, found=word)) from error


def _ring_numbers(table: cells.Table) -> Integers:
    if cells.RING not in table.kinds:
        return np.full(len(table.cells), NO_RING, dtype=np.int64)
    words = table.cells[table.kinds[cells.RING]].replace("", pd.NA).ffill()
    found = [str(word) for word in words.fillna("")]
    if all(_RING.fullmatch(word) for word in found):
        return np.asarray([int(word) for word in found], dtype=np.int64)
    return np.asarray(pd.factorize(words)[0] + 1, dtype=np.int64)


def _point_names(table: cells.Table, order: Integers) -> list[str]:
    if cells.POINT not in table.kinds:
        return [""] * len(order)
    return table.cells[table.kinds[cells.POINT]].iloc[order].to_list()


def _shapes(
    boundaries: rings.Boundaries, tally: Tally, name: str
) -> tuple[NDArray[np.object_], Integers]:
    try:
        return rings.polygons(boundaries, tally)
    except SurveyTextError as error:
        text = _IN_FILE.format(name=name, text=error.text)
        raise FileUnreadableError(text) from error


def _too_few(short: Integers, known: pd.Index, places: list[str]) -> list[Finding]:
    """Report parcels of too few points."""
    return [
        _TOO_FEW.finding(
            known[parcel],
            "geometry",
            short[parcel],
            place=places[parcel],
            least=rings.LEAST_POINTS,
        )
        for parcel in np.flatnonzero(short).tolist()
    ]


def _columns(table: cells.Table, codes: Integers, count: int) -> pd.DataFrame:
    """Return one row per parcel: of each column the first value that is there."""
    dropped = {
        table.kinds[kind]
        for kind in (cells.RING, cells.POINT, cells.SYSTEM, cells.FIRST, cells.SECOND)
        if kind in table.kinds
    }
    rest = table.cells.drop(columns=list(dropped))
    if cells.ID in table.kinds:
        rest = rest.rename(columns={table.kinds[cells.ID]: "parcel_id"})
    else:
        rest["parcel_id"] = ""
    return (
        rest.replace("", pd.NA)
        .groupby(codes)
        .first()
        .reindex(range(count))
        .astype("str")
    )


def _differing(table: cells.Table, codes: Integers) -> list[Finding]:
    """Report values of parcels that differ from one of their points to another."""
    findings: list[Finding] = []
    coordinates = {table.kinds[kind] for kind in (cells.FIRST, cells.SECOND)}
    for heading in table.cells.columns:
        match = headings.match(heading, "parcels")
        if match is None or heading in coordinates or match[0] == "parcel_id":
            continue
        values = table.cells[heading].replace("", pd.NA)
        usual = values.groupby(codes).transform("first")
        is_other = (values.notna() & (values != usual)).to_numpy(dtype=bool)
        if is_other.any():
            row = int(is_other.argmax())
            findings.append(
                _DIFFER.finding(
                    "",
                    heading,
                    values.iloc[row],
                    place=f"line {table.lines[row]}",
                    usual=usual.iloc[row],
                    count=len(np.unique(codes[is_other])),
                )
            )
    return findings


def _layer(
    columns: pd.DataFrame,
    shapes: NDArray[np.object_],
    zones: Integers,
    findings: list[Finding],
    places: list[str],
) -> Layer:
    systems = np.unique(zones)
    if len(systems) == 1:
        system = CRS.from_epsg(int(systems[0]))
        table = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=system))
        return Layer(table, system, findings, places)
    try:
        degrees = crs.to_geographic(gpd.GeoSeries(shapes), pd.Series(zones))
    except CrsError as error:
        raise SourceCrsError(error.text) from error
    is_home = [
        (grid := grids.grid_of(int(zone))) is not None and grid.degrees == 3  # noqa: PLR2004 - home zones are 3 degrees wide
        for zone in zones
    ]
    columns[HOME_ZONE] = np.where(is_home, zones, 0)
    table = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(degrees))
    return Layer(table, degrees.crs, findings, places)


_NO_POINTS = Text(
    en="{name} holds no points below its headings. Export it again with the points.",
    zh="{name}的列名行下没有界址点。请重新导出并包含界址点。",
)
_NO_LAYER = Text(
    en="{name} has no layer “{layer}”; it has: {known}.",
    zh="{name}中没有图层“{layer}”；现有：{known}。",
)
_NO_NUMBER = Text(
    en="{name}, line {line}: no coordinates ({found}). Correct the line.",
    zh="{name}第 {line} 行：坐标无法读取（{found}）。请更正该行。",
)
_NO_SYSTEM = Text(
    en="{name}: “{found}” is no reference system that is known. Write EPSG:4526, for "
    "example.",
    zh="{name}：无法识别坐标系“{found}”。请写成 EPSG 代码，如 EPSG:4526。",
)
_NO_HEADINGS = Rule(
    "points.no_headings",
    Severity.INFO,
    Text(
        en="the table has no headings; its columns were told apart by what they hold",
        zh="表格没有表头，已按各列内容判定",
    ),
    Text(en="check the columns that are named here", zh="请核对此处列出的各列"),
)
_SCATTERED = Rule(
    "points.scattered",
    Severity.INFO,
    Text(
        en="the points of a parcel do not stand together",
        zh="同一地块的界址点不相邻",
    ),
    Text(en="put together by the parcel id", zh="已按地块编号归并"),
)
_DIFFER = Rule(
    "points.values_differ",
    Severity.WARNING,
    Text(
        en="the points of {count} parcels hold different values; here another point "
        "of the parcel has “{usual}”",
        zh="{count} 宗地块各界址点所填的值不一致；此处同一地块另有“{usual}”",
    ),
    Text(en="the first value is taken; correct the file", zh="取首个值；请更正文件"),
)
_FILLED = Rule(
    "points.id_filled",
    Severity.INFO,
    Text(en="{count} rows state no parcel", zh="{count} 行未写地块编号"),
    Text(en="taken for points of the parcel above", zh="按上一地块的界址点读取"),
)
_TOO_FEW = Rule(
    "points.too_few",
    Severity.ERROR,
    Text(
        en="a parcel of fewer than {least} points has no area",
        zh="不足 {least} 个点的地块不构成面",
    ),
    Text(
        en="record kept without a shape; correct the file",
        zh="保留记录，图形置空；请更正文件",
    ),
)
_IN_FILE = Text(en="{name}, {text}", zh="{name}{text}")
