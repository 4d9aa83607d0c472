"""GeoParquet: a table in columns with shapes and their reference system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError, MissingLayerError
from zqland_geodata.gdalfiles import NO_SHAPES, unreadable
from zqland_geodata.layers import Layer

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.fieldmap import TableMap
    from zqland_geodata.options import ReadOptions

_BROKEN = (
    pa.ArrowException,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    shapely.errors.ShapelyError,
)


def read(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Read a GeoParquet file.

    Parameters
    ----------
    source
        The file.
    mapping
        Its ``layer``, if given, must be the name of the file.
    options
        Limits.

    Returns
    -------
    layer
        Every record; the boxes of the shapes are left out, for they are derived.

    Raises
    ------
    FileUnreadableError
        It is broken, too large, or holds no shapes.
    MissingLayerError
        Another layer is asked for.
    """
    if mapping.layer not in {"", source.stem}:
        raise MissingLayerError(
            _NO_LAYER.format(name=source.name, layer=mapping.layer, known=source.stem)
        )
    try:
        _check_facts(source, pq.read_metadata(source), options)
        table = gpd.read_parquet(source)
    except FileUnreadableError:
        raise
    except _BROKEN as error:
        raise FileUnreadableError(unreadable(source, error)) from error
    others = [
        column
        for column in table.columns[table.dtypes == "geometry"]
        if column != table.geometry.name
    ]
    table = table.drop(columns=others)
    return Layer(table.reset_index(drop=True), table.crs, [])


def _check_facts(source: Path, facts: pq.FileMetaData, options: ReadOptions) -> None:
    if b"geo" not in (facts.metadata or {}):
        raise FileUnreadableError(NO_SHAPES.format(name=source.name))
    most = options.limits.records
    if facts.num_rows > most:
        raise FileUnreadableError(
            _TOO_MANY.format(name=source.name, count=facts.num_rows, most=most)
        )


_NO_LAYER = Text(
    en="{name} has no layer “{layer}”; it has: {known}.",
    zh="{name}中没有图层“{layer}”；现有：{known}。",
)
_TOO_MANY = Text(
    en="{name} has {count} records, and at most {most} are read. Split it.",
    zh="{name}有 {count} 条记录，最多读取 {most} 条。请拆分。",
)
