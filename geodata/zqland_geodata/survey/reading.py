"""Read parcels from a survey TXT, in whatever dialect it is written.

The reader accepts what can be decided and says what it tolerated; what could be read
in two ways is refused with the number of the line. Nothing is guessed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from zqland import catalogues, crs
from zqland.errors import CrsError
from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata import assembly, identity
from zqland_geodata.attributes import empty_columns
from zqland_geodata.errors import (
    FileUnreadableError,
    SourceCrsError,
    SurveyTextError,
)
from zqland_geodata.localfiles import local_path
from zqland_geodata.options import ReadOptions
from zqland_geodata.remarks import Rule
from zqland_geodata.survey import declared as declared_areas
from zqland_geodata.survey import grid_texts, nesting, placing, rings
from zqland_geodata.survey.decoding import decode, lines_of
from zqland_geodata.survey.grids import Decision, UndecidedError, decide
from zqland_geodata.survey.head import Head, understand
from zqland_geodata.survey.points import name_of, read_points
from zqland_geodata.survey.rows import fault_at
from zqland_geodata.survey.sections import divide
from zqland_geodata.survey.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from zqland.findings import Finding
    from zqland_geodata.assembly import ParcelsRead
    from zqland_geodata.survey.grids import Remark
    from zqland_geodata.survey.placing import Placed, Shapes
    from zqland_geodata.survey.points import Floats, Integers, Points
    from zqland_geodata.survey.titles import Title

_DEGREE_M = 111_000.0
_STATED_IN = {
    grid_texts.ZONE_FROM_EASTING.code: "带号",
    grid_texts.ZONE_WRONG.code: "带号",
    grid_texts.ZONE_FROM_CITY.code: "带号",
    grid_texts.ZONE_GIVEN.code: "带号",
    grid_texts.WIDTH_WRONG.code: "几度分带",
}
"""Which key of the head a remark is about; the others are about the points."""
_CODES = {"M": "0601", "W": "0604"}


def read_survey_txt(
    path: str | Path, *, options: ReadOptions | None = None
) -> ParcelsRead:
    """Read the parcels of a survey TXT.

    Parameters
    ----------
    path
        The file.
    options
        Limits; parameter sets from old datums; ``source_crs`` for a file that does
        not state its datum or zone.

    Returns
    -------
    read
        The parcels with the zone of the file as home zone and its coordinates digit
        by digit, and findings: every tolerance that was used, with its code and
        line, and unit and basis of each declared area.

    Raises
    ------
    FileUnreadableError
        The file is not there, no text, or beyond the limits.
    SurveyTextError
        It can be read in two ways or in none; the message names the line.
    SourceCrsError
        It states no datum and none is given, or lies outside its zone.
    """
    chosen = ReadOptions() if options is None else options
    source = local_path(path, chosen.limits)
    if source.is_dir():
        raise FileUnreadableError(_FOLDER.format(name=source.name))
    try:
        return _read(source, source.read_bytes(), chosen)
    except SurveyTextError as error:
        text = _IN_FILE.format(name=source.name, text=error.text)
        raise SurveyTextError(text) from error


def _read(
    source: Path, content: bytes, options: ReadOptions, *, fast: bool = True
) -> ParcelsRead:
    tally = Tally()
    texts = lines_of(decode(content, source.name, tally), tally)
    sections = divide(texts, tally)
    try:
        head = understand(sections.head, options.source_crs, tally)
    except SourceCrsError as error:
        text = _IN_FILE.format(name=source.name, text=error.text)
        raise SourceCrsError(text) from error
    titles, points = read_points(sections.body, tally, fast=fast)
    if (
        len(titles) > options.limits.records
        or len(points.lines) > options.limits.points
    ):
        raise FileUnreadableError(_TOO_LARGE.format(name=source.name))
    points, corrupt = _without_corrupt(points)
    decision = _decided(points, head)
    for remark in decision.remarks:
        line = _line_of(remark, head, titles, points)
        tally.add(
            remark.rule, line, remark.value, parcel=remark.owner, facts=remark.facts
        )
    track = rings.Track(
        points=points,
        xy=decision.xy,
        corrupt=corrupt,
        metres=1.0 if decision.grids[0] is not None else _DEGREE_M,
        name=lambda point: name_of(points, point, texts),
    )
    divided = rings.divide_rings(track, tally, fast=fast)
    shapes = nesting.shapes_of(track, divided, tally)
    rows = np.bincount(points.owners, np.isfinite(corrupt) + 1.0)
    _check_counts(titles, rows.astype(np.int64), divided, tally)
    measured = _measured(shapes, decision, source.name)
    declared = declared_areas.read_declared(titles, measured, tally)
    declared_areas.check_open(declared, measured, divided.open_rings)
    placed = placing.place(shapes, decision.grids, head, options.shifts, tally)
    attributes = _attributes(titles, tally)
    attributes["declared_m2"] = [one.value_m2 for one in declared]
    found = _assembled(placed, attributes, titles, source.name)
    ids = found.parcels.index.tolist()
    return assembly.ParcelsRead(
        found.parcels,
        [
            *found.findings,
            *tally.findings(ids),
            *declared_areas.bases(ids, declared, measured),
            *_other_zone(found.parcels, placed),
        ],
    )


def _without_corrupt(points: Points) -> tuple[Points, Floats]:
    """Take out rows with one number twice at the end of a run; keep the number.

    No point of China has equal coordinates, so that those left fail later.
    """
    is_corrupt = points.first == points.second
    starts = rings.run_starts(points)
    is_last = np.zeros(len(is_corrupt), dtype=bool)
    is_last[np.append(starts[1:], len(is_last)) - 1] = True
    is_corrupt &= is_last
    is_corrupt[1:] &= (np.diff(points.owners) == 0) & ~is_corrupt[:-1]
    is_corrupt[0] = False
    before = np.flatnonzero(is_corrupt) - 1
    numbers = np.full(len(is_corrupt), np.nan)
    numbers[before] = points.first[is_corrupt]
    kept = ~is_corrupt
    if kept.all():
        return points, numbers
    names = [name for name, is_kept in zip(points.names, kept, strict=False) if is_kept]
    return (
        replace(
            points,
            first=points.first[kept],
            second=points.second[kept],
            rings=points.rings[kept],
            owners=points.owners[kept],
            lines=points.lines[kept],
            names=names,
        ),
        numbers[kept],
    )


def _decided(points: Points, head: Head) -> Decision:
    try:
        decision = decide(points.first, points.second, points.owners, head.stated)
    except UndecidedError as error:
        raise fault_at(int(points.lines[error.point]), error.text) from error
    if decision.grids[0] is not None:
        if head.unit == "deg":
            raise head.rows["计量单位"].fault(_METRES)
        if head.other_projection is not None:
            raise head.other_projection.fault(_PROJECTION)
    return decision


def _line_of(
    remark: Remark, head: Head, titles: Sequence[Title], points: Points
) -> int:
    """Return the line that a remark on axes or grid is about."""
    if remark.owner >= 0:
        return titles[remark.owner].row.line
    stated = head.line_of(_STATED_IN.get(remark.rule.code, ""))
    return stated or int(points.lines[0])


def _measured(shapes: Shapes, decision: Decision, name: str) -> pd.DataFrame:
    try:
        return placing.measure_in_file(shapes, decision.grids)
    except CrsError as error:
        text = _IN_FILE.format(name=name, text=error.text)
        raise SourceCrsError(text) from error


def _check_counts(
    titles: Sequence[Title], counts: Integers, divided: rings.Rings, tally: Tally
) -> None:
    """Compare the stated number of points with the rows."""
    for owner, title in enumerate(titles):
        count, closing = int(counts[owner]), int(divided.closing_rows[owner])
        missing = int(divided.open_rings[owner])
        if title.count is None or title.count == count:
            continue
        line, stated = title.row.line, title.count
        if stated == count - closing:
            tally.add(COUNT_WITHOUT_CLOSING, line, stated)
        elif missing and stated == count + missing:
            tally.add(COUNT_WITH_CLOSING, line, stated)
        elif missing:
            raise title.row.fault(_COUNT_OPEN, stated=stated, count=count)
        else:
            tally.add(COUNT_WRONG, line, stated, parcel=owner, rows=count)


def _attributes(titles: Sequence[Title], tally: Tally) -> pd.DataFrame:
    table = empty_columns("parcels", len(titles))
    for column, values in (
        ("parcel_id", [title.parcel_id for title in titles]),
        ("name", [title.name for title in titles]),
    ):
        texts = pd.Series(values, dtype="str")
        table[column] = texts.where(texts != "")
    if any(any(title.behind) for title in titles):
        known = _classes()
        classes = [_class(title, known, tally) for title in titles]
        table["land_class"] = pd.Series(classes, dtype="str")
    return table


def _class(title: Title, known: dict[str, str], tally: Tally) -> str | None:
    """Return the planned class that use and code name; remark what is not kept."""
    sheet, use, code, *others = title.behind
    found = known.get(use) or known.get(code)
    derived = "" if found is None else _CODES[found[0]]
    if found is not None:
        use = ""
        code = "" if code in {derived, found} else code
    kept = {"图幅号": sheet, "地块用途": use, "地类编码": code}
    for key, value in kept.items():
        if value:
            tally.add(NOT_KEPT, title.row.line, value, key=key)
    for value in filter(None, others):
        tally.add(NOT_KEPT, title.row.line, value, key=_FURTHER)
    return found


@lru_cache(maxsize=1)
def _classes() -> dict[str, str]:
    texts = catalogues.load_catalogues().class_texts
    return {
        **{text.zh: key for key, text in texts.items()},
        **{key: key for key in texts},
    }


def _assembled(
    placed: list[Placed],
    attributes: pd.DataFrame,
    titles: Sequence[Title],
    name: str,
) -> ParcelsRead:
    """Put the parcels of all grids together in the order of the file."""
    places = [f"line {title.row.line}" for title in titles]
    findings: list[Finding] = []
    ids = identity.unique_ids(
        attributes["parcel_id"], places, findings, field="parcel_id"
    )
    attributes["parcel_id"] = pd.Series(ids, dtype="str")
    tables: list[gpd.GeoDataFrame] = []
    for group in placed:
        shapes = assembly.Shapes(
            geometry=group.geometry,
            row_places=[places[owner] for owner in group.owners],
            name=name,
            zone=group.zone,
        )
        rows = attributes.iloc[group.owners].reset_index(drop=True)
        read = assembly.assemble(shapes, rows, [])
        tables.append(read.parcels)
        findings += read.findings
    if len(tables) == 1:
        return assembly.ParcelsRead(tables[0], findings)
    together = gpd.GeoDataFrame(pd.concat(tables), crs=crs.GEOGRAPHIC)
    return assembly.ParcelsRead(together.loc[ids], findings)


def _other_zone(
    parcels: gpd.GeoDataFrame, placed: Sequence[Placed]
) -> Iterator[Finding]:
    """Remark on parcels that lie for the most part in another zone than the file's."""
    if all(group.zone is None for group in placed):
        return
    usual = crs.home_zone(parcels.geometry)
    kept = parcels["home_zone"]
    is_other = (usual != kept) & (usual != crs.NO_SHAPE)
    for parcel_id in kept.index[is_other]:
        yield _NEIGHBOUR.finding(
            parcel_id, "home_zone", kept[parcel_id], usual=usual[parcel_id]
        )


COUNT_WITHOUT_CLOSING = Rule(
    "survey.count_excludes_closing",
    Severity.INFO,
    Text(
        en="the number of points leaves out the closing rows",
        zh="界址点数未计闭合行",
    ),
    Text(en="read by the rows", zh="按实际行数读取"),
)
COUNT_WITH_CLOSING = Rule(
    "survey.count_includes_closing",
    Severity.INFO,
    Text(
        en="the number of points counts closing rows that are not there",
        zh="界址点数计入了缺少的闭合行",
    ),
    Text(en="read by the rows", zh="按实际行数读取"),
)
COUNT_WRONG = Rule(
    "survey.count_wrong",
    Severity.WARNING,
    Text(
        en="{rows} rows follow, another number is stated",
        zh="实际 {rows} 行，与所填界址点数不符",
    ),
    Text(
        en="read by the rows, all rings close; check that none is missing",
        zh="按实际行数读取，各圈均闭合；请核对是否缺点",
    ),
)
NOT_KEPT = Rule(
    "survey.field_not_kept",
    Severity.INFO,
    Text(
        en="the field {key} has no place among the parcels",
        zh="地块表中没有“{key}”一项",
    ),
    Text(en="not kept", zh="未保留"),
)
_NEIGHBOUR = Rule(
    "home_zone.neighbour",
    Severity.INFO,
    Text(
        en="the parcel lies for the most part in the zone of EPSG:{usual}",
        zh="地块大部分位于 EPSG:{usual} 所在投影带",
    ),
    Text(
        en="the zone of the file is kept, with its coordinates",
        zh="保留文件的投影带与坐标",
    ),
)
_FURTHER = Text(en="behind the code", zh="地类编码之后的其他字段")
_IN_FILE = Text(en="{name}, {text}", zh="{name} {text}")
_TOO_LARGE = Text(
    en="{name} holds more than is read. Split it.",
    zh="{name}超出读取上限，请拆分。",
)
_FOLDER = Text(
    en="{name} is a folder. Name the survey TXT in it.",
    zh="{name}是文件夹。请指定其中的勘测定界 TXT。",
)
_METRES = Text(
    en="计量单位 is “{found}”, but the coordinates are in metres. Correct it.",
    zh="计量单位为“{found}”，而坐标以米计。请更正。",
)
_PROJECTION = Text(
    en="投影类型 is “{found}”; 高斯克吕格 is needed.",
    zh="投影类型为“{found}”，应为高斯克吕格。",
)
_COUNT_OPEN = Text(
    en="the parcel states {stated} points and has {count} rows, and a ring does not "
    "close; rows may be missing. Export the parcel again.",
    zh="界址点数为 {stated}，实际 {count} 行，且有未闭合的圈，可能缺行。请重新导出。",
)
