"""Convert a file of boundaries to another format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata import vector
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.writing import write_parcels, writer_for

if TYPE_CHECKING:
    import geopandas as gpd

    from zqland.findings import Finding
    from zqland_geodata.fieldmap import FieldMap
    from zqland_geodata.options import ReadOptions, WriteOptions


@dataclass(frozen=True, slots=True)
class Converted:
    """What was converted.

    Attributes
    ----------
    parcels
        Table *parcels* as read.
    findings
        What was found in reading, then what could not be kept in writing.
    """

    parcels: gpd.GeoDataFrame
    findings: list[Finding]


def convert(
    source: str | Path,
    target: str | Path,
    *,
    fieldmap: FieldMap | None = None,
    options: ReadOptions | None = None,
    how: WriteOptions | None = None,
) -> Converted:
    """Read parcels from a file and write them to another, whole or not at all.

    Parameters
    ----------
    source
        A file or folder that `vector.read_parcels` reads.
    target
        Where to write; the ending names the format.
    fieldmap
        Which column of the source is what.
    options
        How the source is read.
    how
        How the target is written.

    Returns
    -------
    converted
        The parcels and all findings.

    Raises
    ------
    ReadError
        The source cannot be read whole, or the target not written in its format.
    OSError
        The target cannot be written.
    """
    if _is_over(Path(target), Path(source)):
        raise FileUnreadableError(_SAME.format(name=Path(target).name))
    writer_for(target)  # refuse an unknown ending before a long read
    read = vector.read_parcels(source, fieldmap=fieldmap, options=options)
    written = write_parcels(read.parcels, target, how)
    return Converted(read.parcels, [*read.findings, *written])


def _is_over(target: Path, source: Path) -> bool:
    """Tell whether a target is the source, or lies in the folder that is read."""
    if not target.exists() or not source.exists():
        return False
    is_inside = source.is_dir() and target.resolve().is_relative_to(source.resolve())
    return is_inside or target.samefile(source)


_SAME = Text(
    en="{name} would be written over itself. Name another file to write to.",
    zh="目标文件与来源文件相同（{name}）。请另指定目标文件。",
)
