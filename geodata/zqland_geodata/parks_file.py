"""Read the parks of a city with their outlines, from any kind of file of boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import crs, ground, tables
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import extent, identity, places
from zqland_geodata.attributes import take_columns
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.fieldmap import FieldMap, table_map
from zqland_geodata.localfiles import local_path
from zqland_geodata.options import ReadOptions
from zqland_geodata.rawtable import RawTable, rows_where
from zqland_geodata.remarks import Rule
from zqland_geodata.vector import read_layer

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from zqland_geodata.layers import Layer

    Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class ParksRead:
    """Parks read from a file.

    Attributes
    ----------
    parks
        Table *parks* of ``columns.csv`` with outlines in EPSG:4490, indexed by
        ``park_id``.
    findings
        What was found while reading them.
    """

    parks: gpd.GeoDataFrame
    findings: list[Finding]


def read_parks(
    path: str | Path,
    *,
    fieldmap: FieldMap | None = None,
    options: ReadOptions | None = None,
    with_points: bool = False,
) -> ParksRead:
    """Read parks with their outlines.

    Parameters
    ----------
    path
        A file that boundaries are read from, but no survey TXT.
    fieldmap
        Which column is what, under ``[parks]``; headings are recognised without it.
    options
        Limits, and what the file does not say itself.
    with_points
        Whether a park may be given by a point, as for a register of parks; nothing
        can be compared with such a park.

    Returns
    -------
    read
        A park per id: several records of one id are its parts. What the file does not
        state of a park that the packaged list knows is taken from there; a point that
        it does not state lies inside the outline.

    Raises
    ------
    ReadError
        The file cannot be read whole, or a record is no area or has no id.
    """
    chosen = ReadOptions() if options is None else options
    source = local_path(path, chosen.limits)
    mapping = table_map(fieldmap, "parks")
    layer = read_layer(source, mapping, chosen)
    count = len(layer.table)
    row_places = layer.row_places or [f"record {row}" for row in range(1, count + 1)]
    taken = take_columns(
        RawTable(
            source.name,
            layer.table.drop(columns=layer.table.geometry.name),
            "parks",
            row_places,
        ),
        mapping,
        needed=("park_id",),
        id_column="park_id",
    )
    outlines = _outlines(layer, row_places, source.name, with_points=with_points)
    table = taken.table
    ids = identity.park_ids(table["park_id"])
    for row in rows_where(ids.isna()):
        raise FileUnreadableError(
            _NO_ID.format(name=source.name, place=row_places[row])
        )
    findings = [*layer.findings, *taken.findings]
    whole = _whole(ids, outlines, findings)
    attributes = table.drop(columns="park_id").set_axis(pd.Index(ids), axis=0)
    attributes = _filled(attributes.groupby(level=0).first().loc[whole.index], findings)
    parks = gpd.GeoDataFrame(_placed(attributes, whole), geometry=whole, crs=4490)
    parks.index.name = "park_id"
    return ParksRead(tables.check("parks", parks), findings)


def _outlines(
    layer: Layer, row_places: list[str], name: str, *, with_points: bool
) -> gpd.GeoSeries:
    """Return the shapes in degrees; a park without an area cannot be compared."""
    shapes = gpd.GeoSeries(layer.table.geometry)
    known = (*_AREAS, "Point") if with_points else _AREAS
    for row in rows_where(~shapes.geom_type.isin(known)):
        raise FileUnreadableError(_NO_AREA.format(name=name, place=row_places[row]))
    extent.outside(shapes, name=name)
    flat = gpd.GeoSeries(shapely.force_2d(shapes.to_numpy()), crs=shapes.crs)
    # To degrees there is a published way, or the reader would have refused the file.
    return flat.to_crs(crs.GEOGRAPHIC)


def _whole(
    ids: pd.Series[str], outlines: gpd.GeoSeries, findings: list[Finding]
) -> gpd.GeoSeries:
    """Unite the records of each park."""
    names, place = np.unique(ids.to_numpy(dtype=str), return_inverse=True)
    shapes = ground.areal(ground.valid(outlines.to_numpy()))
    counts = np.bincount(place, minlength=len(names))
    findings += [
        _PARTS.finding(names[row], "geometry", counts[row], count=counts[row])
        for row in rows_where(counts > 1)
    ]
    points = outlines.index[outlines.geom_type == "Point"]
    findings += [_POINT_ONLY.finding(ids.iloc[row], "geometry") for row in points]
    for row in rows_where(~outlines.is_valid):
        reason = shapely.is_valid_reason(outlines.iloc[row])
        findings.append(_INVALID.finding(names[place[row]], "geometry", reason))
    whole = ground.united(place, shapes, len(names))
    # A park of which there is no outline is kept as its point.
    _, first = np.unique(place, return_index=True)
    whole = np.where(shapely.is_empty(whole), outlines.to_numpy()[first], whole)
    return gpd.GeoSeries(whole, index=pd.Index(names), crs=outlines.crs)


def _filled(table: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Fill in what the file does not state, and say what was assumed."""
    known = places.parks()
    filled = table.copy()
    for column in ("name", "name_en", "level", "district", "parent", "sectors"):
        listed = known[column].reindex(filled.index)
        filled[column] = filled[column].fillna(listed).astype("str")
    ids = pd.Series(filled.index, index=filled.index)
    filled["name"] = filled["name"].fillna(ids)
    for column, rule in _ASSUMED.items():
        lacking = filled.index[filled[column].isna()]
        findings += [rule.finding(park, column) for park in lacking]
    filled["level"] = filled["level"].fillna(_LOWEST)
    return filled


def _placed(table: pd.DataFrame, outlines: gpd.GeoSeries) -> pd.DataFrame:
    """Put the point of each park inside its outline, where the file states none."""
    inside = shapely.get_coordinates(shapely.point_on_surface(outlines.to_numpy()))
    is_stated = table[list(_POINT)].notna().all(axis=1)
    made = {"lon": inside[:, 0], "lat": inside[:, 1], "accuracy_m": 0.0}
    return table.assign(
        **{name: table[name].where(is_stated, value) for name, value in made.items()}
    )


_AREAS = ("Polygon", "MultiPolygon")
_POINT = ("lon", "lat", "accuracy_m")
_LOWEST = "municipal"
_NO_ID = Text(
    en="{name}, {place}: the park has no id. Give each record the code of its park.",
    zh="{name}，{place}：园区没有代码。请为每条记录填写园区代码。",
)
_NO_AREA = Text(
    en="{name}, {place}: the shape is no area, so nothing can lie inside it. Give the "
    "outlines of the parks.",
    zh="{name}，{place}：图形不是面，无法判断是否在其内。请提供园区边界面。",
)
_PARTS = Rule(
    "park.parts",
    Severity.INFO,
    Text(
        en="{count} records have the id of this park",
        zh="{count} 条记录为同一园区代码",
    ),
    Text(en="taken as its parts", zh="按该园区的多个部分处理"),
)
_POINT_ONLY = Rule(
    "park.point",
    Severity.INFO,
    Text(
        en="the park is given by a point and not by an outline",
        zh="该园区只有点位，没有边界",
    ),
    Text(
        en="kept as a point; which parcels lie inside it is not checked",
        zh="按点位保存；不检查地块是否在其范围内",
    ),
)
_INVALID = Rule(
    "park.invalid",
    Severity.WARNING,
    Text(en="the outline of the park is invalid", zh="园区边界图形无效"),
    Text(
        en="the area that it covers is taken; correct the source",
        zh="按其覆盖的范围处理；请更正来源",
    ),
)
_ASSUMED = {
    "level": Rule(
        "park.level",
        Severity.INFO,
        Text(en="the level of the park is not stated", zh="未载明园区级别"),
        Text(
            en="taken as municipal; write it in the file",
            zh="按市级处理；请在文件中填写",
        ),
    ),
    "district": Rule(
        "park.district",
        Severity.INFO,
        Text(
            en="the district of the park is not stated", zh="未载明园区所在县(市、区)"
        ),
        Text(en="left empty; write it in the file", zh="留空；请在文件中填写"),
    ),
}
