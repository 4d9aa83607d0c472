"""Read constraint layers: a TOML file that lists them, and the files of their shapes.

`zqland.catalogues.constraints` says what stands in the TOML file. The shapes are read
from any kind of file that boundaries are read from, on any reference system that is
accepted; what is faulty in a layer is a finding, never silently left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from zqland.catalogues.constraints import parse_constraints
from zqland.constraints import ConstraintLayer
from zqland.errors import ConstraintError, CrsError
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError, ReadError
from zqland_geodata.fieldmap import TableMap
from zqland_geodata.localfiles import local_path
from zqland_geodata.options import ReadOptions
from zqland_geodata.remarks import Rule
from zqland_geodata.vector import read_layer

if TYPE_CHECKING:
    from pathlib import Path

    from zqland.catalogues.constraints import ConstraintEntry
    from zqland_geodata.layers import Layer


@dataclass(frozen=True, slots=True)
class ConstraintsRead:
    """Constraint layers read from files.

    Attributes
    ----------
    layers
        The layers, in the order of the TOML file.
    findings
        What was found while reading them.
    """

    layers: tuple[ConstraintLayer, ...]
    findings: list[Finding]


def read_constraints(
    path: str | Path, *, options: ReadOptions | None = None
) -> ConstraintsRead:
    """Read constraint layers.

    Parameters
    ----------
    path
        The TOML file, UTF-8; the paths in it start at its own folder.
    options
        Limits and parameter sets; layer and reference system stand in the TOML file.

    Returns
    -------
    read
        The layers, and what was found while reading them.

    Raises
    ------
    CatalogueError
        The TOML file has a fault; the message names the line.
    ReadError
        It, or a file of shapes, cannot be read whole, or could take no ground.
    """
    chosen = ReadOptions() if options is None else options
    source = local_path(path, chosen.limits)
    if not source.is_file():
        raise FileUnreadableError(_NO_FILE.format(name=source.name))
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnreadableError(_NOT_UTF8.format(name=source.name)) from error
    findings: list[Finding] = []
    layers = tuple(
        _layer(entry, source.parent, chosen, findings)
        for entry in parse_constraints(source.name, text)
    )
    return ConstraintsRead(layers, findings)


def _layer(
    entry: ConstraintEntry, folder: Path, options: ReadOptions, findings: list[Finding]
) -> ConstraintLayer:
    own = replace(options, layer="", source_crs=None)
    mapping = TableMap(layer=entry.layer, source_crs=entry.source_crs)
    try:
        source = local_path(folder / entry.file, options.limits)
        layer = read_layer(source, mapping, own)
        findings += _of_layer(entry.key, layer)
        return ConstraintLayer(
            key=entry.key,
            text=entry.text,
            rule=entry.rule,
            shapes=gpd.GeoSeries(layer.table.geometry),
            side=entry.side,
            buffer_m=entry.buffer_m,
            source=entry.source,
        )
    except (ConstraintError, CrsError, ReadError) as error:
        raise ReadError(_IN_LAYER.format(key=entry.key, text=error.text)) from error


def _of_layer(key: str, layer: Layer) -> list[Finding]:
    """Say what was found in a file of shapes, and which shapes are faulty."""
    shapes = np.asarray(layer.table.geometry.array, dtype=object)
    is_missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    is_invalid = ~shapely.is_valid(shapes) & ~is_missing
    found = [replace(one, record=one.record or key) for one in layer.findings]
    for rule, flags in ((_MISSING, is_missing), (_INVALID, is_invalid)):
        rows = np.flatnonzero(flags)
        if len(rows):
            place = _place(layer, int(rows[0]))
            count = f"{len(rows):,}"
            found.append(rule.finding(key, "geometry", count, place=place, count=count))
    return found


def _place(layer: Layer, row: int) -> str:
    return layer.row_places[row] if layer.row_places else f"record {row + 1}"


_NO_FILE = Text(
    en="{name} is a folder. Name the TOML file that lists the constraint layers.",
    zh="{name}是文件夹。请给出列明约束图层的 TOML 文件。",
)
_NOT_UTF8 = Text(
    en="{name} is not in UTF-8. Save it in UTF-8.",
    zh="{name}不是 UTF-8 编码。请另存为 UTF-8。",
)
_IN_LAYER = Text(en="Constraint layer {key}: {text}", zh="约束图层 {key}：{text}")
_MISSING = Rule(
    "constraint.missing_shape",
    Severity.WARNING,
    Text(
        en="{count} records of the constraint layer have no shape",
        zh="约束图层中有{count}条记录没有图形",
    ),
    Text(
        en="they take no ground; correct the file",
        zh="这些记录不占用面积；请更正文件",
    ),
)
_INVALID = Rule(
    "constraint.invalid_shape",
    Severity.WARNING,
    Text(
        en="{count} shapes of the constraint layer are invalid, this being the first",
        zh="约束图层中有{count}个图形无效，首个如所示位置",
    ),
    Text(
        en="used as the area that they cover; correct the file",
        zh="按其覆盖范围使用；请更正文件",
    ),
)
