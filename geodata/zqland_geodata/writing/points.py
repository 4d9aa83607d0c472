"""Boundary-point tables (界址点成果表) as CSV: one row for every point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland import catalogues
from zqland.findings import Finding, Severity
from zqland.rings import Rings
from zqland.text import Language, Text
from zqland_geodata.cells import is_formula, safe_text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.rawtable import clean_text
from zqland_geodata.remarks import Rule
from zqland_geodata.writing.tables import (
    HOME_ZONE,
    one_zone,
    plain_columns,
    written_shapes,
)

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from zqland_geodata.options import WriteOptions

    Integers = NDArray[np.int64]

DECIMALS_METRES, DECIMALS_DEGREES = 4, 9
"""Decimals of the coordinates: a tenth of a millimetre."""

_HEADINGS = {
    Language.ZH: ("圈号", "点号", "北坐标", "东坐标", "坐标系"),
    Language.EN: ("ring", "point", "northing", "easting", "epsg"),
}
_DEGREE_HEADINGS = {
    Language.ZH: ("纬度", "经度"),
    Language.EN: ("latitude", "longitude"),
}


def write(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write a row for every boundary point; the rest stands in a parcel's first row.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write.
    options
        Encoding (UTF-8 with a mark by default, so that spreadsheets know it),
        reference system, language of the headings.

    Returns
    -------
    findings
        What was changed.

    Raises
    ------
    FileUnreadableError
        The encoding lacks a letter.
    """
    findings: list[Finding] = []
    several = options.crs is None and one_zone(parcels) is None
    if several:
        shapes = parcels["home_geometry"].to_numpy()
        codes = parcels[HOME_ZONE].to_numpy(dtype=np.int64)
        is_degrees = False
    else:
        placed = written_shapes(parcels, options.crs, findings)
        shapes, system = placed.to_numpy(), placed.crs
        assert system is not None  # noqa: S101 - just set
        codes = np.full(len(parcels), system.to_epsg(), dtype=np.int64)
        is_degrees = system.is_geographic
    points = _points(shapes, codes, is_degrees=is_degrees)
    columns = _texts(parcels, findings)
    first = ~points["parcel"].duplicated()
    headings = list(_HEADINGS[options.language])
    if is_degrees:
        headings[2:4] = _DEGREE_HEADINGS[options.language]
    rest = columns.iloc[points["parcel"]].reset_index(drop=True)
    rest.loc[~first.to_numpy(), rest.columns[1:]] = ""
    written = pd.concat(
        [
            rest.iloc[:, :1],
            points.drop(columns="parcel").set_axis(headings, axis=1),
            rest.iloc[:, 1:],
        ],
        axis=1,
    )
    names = {column: _heading(str(column), options.language) for column in columns}
    text = written.rename(columns=names).to_csv(index=False, lineterminator="\r\n")
    path.write_bytes(_encoded(text, options.encoding or "utf-8-sig", path.name))
    return [*findings, *_without_shape(parcels, points)]


def _points(
    shapes: NDArray[np.object_], codes: Integers, *, is_degrees: bool
) -> pd.DataFrame:
    rings = Rings.of(shapes)
    sizes = np.diff(rings.starts)
    ring = np.repeat(np.arange(len(sizes)), sizes)
    owner = rings.owner[ring]
    first_ring = np.searchsorted(rings.owner, rings.owner)
    number = np.arange(len(sizes)) - first_ring + 1
    place = np.arange(len(ring)) - rings.starts[ring]
    # The row that closes a ring has the name of the point where it starts.
    is_last = place == sizes[ring] - 1
    corners = np.cumsum(sizes - 1) - (sizes - 1)
    corners = corners - corners[first_ring]
    name = corners[ring] + np.where(is_last, 0, place) + 1
    decimals = DECIMALS_DEGREES if is_degrees else DECIMALS_METRES
    figures = [
        np.char.mod(f"%.{decimals}f", rings.coordinates[:, axis]) for axis in (1, 0)
    ]
    return pd.DataFrame(
        {
            "parcel": owner,
            "ring": number[ring],
            "point": np.char.add("J", name.astype("str")),
            "northing": figures[0],
            "easting": figures[1],
            "system": codes[owner],
        }
    )


def _texts(parcels: gpd.GeoDataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Return the other columns as texts that no spreadsheet takes for formulas."""
    columns = plain_columns(parcels, findings).drop(columns=HOME_ZONE)
    texts = columns.map(clean_text).astype("str")
    for column in map(str, texts):
        risky = texts[texts[column].map(is_formula)]
        findings += [
            _MARKED.finding(record, column, value)
            for record, value in zip(risky["parcel_id"], risky[column], strict=True)
        ]
    return texts.map(safe_text)


def _heading(column: str, language: Language) -> str:
    rows = catalogues.columns()
    rows = rows[(rows["table"] == "parcels") & (rows["column"] == column)]
    if rows.empty or language is Language.EN:
        return safe_text(column)
    unit = str(rows["unit"].iloc[0])
    name = str(rows["zh_name"].iloc[0])
    return f"{name}({unit})" if unit else name


def _encoded(text: str, encoding: str, name: str) -> bytes:
    try:
        return text.encode(encoding)
    except (UnicodeEncodeError, LookupError) as error:
        raise FileUnreadableError(
            _NO_LETTER.format(name=name, encoding=encoding)
        ) from error


def _without_shape(parcels: gpd.GeoDataFrame, points: pd.DataFrame) -> list[Finding]:
    there = np.zeros(len(parcels), dtype=np.bool_)
    there[points["parcel"].unique()] = True
    return [_NO_SHAPE.finding(record, "geometry") for record in parcels.index[~there]]


_NO_LETTER = Text(
    en="{name} cannot be written in “{encoding}”. Choose utf-8 or gb18030.",
    zh="{name}无法以“{encoding}”编码写出。请选用 utf-8 或 gb18030。",
)
_MARKED = Rule(
    "write.formula",
    Severity.WARNING,
    Text(
        en="a spreadsheet would take the text for a formula",
        zh="电子表格会把该文本当作公式",
    ),
    Text(en="written with a mark (') in front", zh="写出时前加单引号"),
)
_NO_SHAPE = Rule(
    "write.no_shape",
    Severity.WARNING,
    Text(en="the parcel has no shape", zh="该地块没有图形"),
    Text(
        en="not written: a table of points has no row for it",
        zh="未写出：界址点表中没有对应的行",
    ),
)
