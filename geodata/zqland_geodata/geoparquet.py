"""GeoParquet: a table in columns with shapes and their reference system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow as pa
import pyarrow.compute as pc
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
        _check_texts(source, options)
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
    values = [
        facts.row_group(group).column(column).num_values
        for group in range(facts.num_row_groups)
        for column in range(facts.num_columns)
    ]
    if max(values, default=0) > options.limits.points:
        raise FileUnreadableError(_TOO_LARGE.format(name=source.name))


def _check_texts(source: Path, options: ReadOptions) -> None:
    """Refuse texts and shapes that stand once and are repeated beyond all memory.

    They are read as they stand, every distinct one once, and what they would take when
    repeated is added up.
    """
    with pq.ParquetFile(source) as file:
        columns = [file.schema.column(number) for number in range(len(file.schema))]
    texts = [column for column in columns if column.physical_type == "BYTE_ARRAY"]
    names = [column.path for column in texts if not column.max_repetition_level]
    if len(names) < len(texts):
        raise FileUnreadableError(_NESTED.format(name=source.name))
    table = pq.read_table(source, columns=names, read_dictionary=names)
    size = sum(
        pc.sum(pc.take(pc.binary_length(part.dictionary), part.indices)).as_py() or 0
        for column in table.columns
        if pa.types.is_dictionary(column.type)
        for part in column.chunks
    )
    if size + table.nbytes > options.limits.unpacked_bytes:
        raise FileUnreadableError(_TOO_LARGE.format(name=source.name))


_NO_LAYER = Text(
    en="{name} has no layer “{layer}”; it has: {known}.",
    zh="{name}中没有图层“{layer}”；现有：{known}。",
)
_NESTED = Text(
    en="{name} has a column of lists of texts. Export it without that column.",
    zh="{name}含有文本列表字段。请去掉该字段后重新导出。",
)
_TOO_LARGE = Text(
    en="{name} unpacks to more than is read. Split it.",
    zh="{name}解压后过大，不予读取。请拆分。",
)
_TOO_MANY = Text(
    en="{name} has {count} records, and at most {most} are read. Split it.",
    zh="{name}有 {count} 条记录，最多读取 {most} 条。请拆分。",
)
