"""Write parcels to files of boundaries.

Each format has a module with ``write(parcels, path, options) -> list[Finding]``. What
a format cannot hold (long names, several zones) is a finding, never dropped silently.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

from zqland.findings import Finding
from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.options import WriteOptions
from zqland_geodata.outfiles import write_whole
from zqland_geodata.survey import writer as survey_writer
from zqland_geodata.writing import dxf, kml, layered, points, shapefile

if TYPE_CHECKING:
    from collections.abc import Mapping

Writer = Callable[[gpd.GeoDataFrame, Path, WriteOptions], list[Finding]]

WRITERS: Mapping[str, Writer] = {
    ".geojson": layered.write_geojson,
    ".json": layered.write_geojson,
    ".gpkg": layered.write_geopackage,
    ".fgb": layered.write_flatgeobuf,
    ".shp": shapefile.write,
    ".zip": shapefile.write_zip,
    ".csv": points.write,
    ".parquet": layered.write_geoparquet,
    ".geoparquet": layered.write_geoparquet,
    ".kml": kml.write,
    ".kmz": kml.write,
    ".ovkml": kml.write,
    ".ovkmz": kml.write,
    ".dxf": dxf.write,
    ".txt": survey_writer.write,
}
"""Who writes parcels, by the ending of the file."""


def write_parcels(
    parcels: gpd.GeoDataFrame, path: str | Path, options: WriteOptions | None = None
) -> list[Finding]:
    """Write parcels to a file whose ending names the format, whole or not at all.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write, with one of the endings in `WRITERS`; what is there is
        replaced.
    options
        Encoding, reference system and other choices.

    Returns
    -------
    findings
        What the format could not hold, and what was done about it.

    Raises
    ------
    ReadError
        The ending is not known, or the parcels cannot be written in that format.
    OSError
        The file cannot be written.
    """
    writer = writer_for(path)
    chosen = WriteOptions() if options is None else options
    findings: list[Finding] = []

    def write(draft: Path) -> None:
        findings.extend(writer(parcels, draft, chosen))

    write_whole(path, write)
    return findings


def writer_for(path: str | Path) -> Writer:
    """Return the writer of a format by the ending of a file, or refuse the ending.

    Parameters
    ----------
    path
        Where is to be written.

    Returns
    -------
    writer
        Its writer.

    Raises
    ------
    FileUnreadableError
        Parcels are not written to files of that ending.
    """
    name = Path(path).name
    writer = WRITERS.get(Path(path).suffix.lower())
    if writer is None:
        raise FileUnreadableError(
            _UNKNOWN_KIND.format(name=name, known=", ".join(WRITERS))
        )
    return writer


_UNKNOWN_KIND = Text(
    en="{name} is of no kind that parcels are written to. Known: {known}.",
    zh="{name}不是可写出的地块格式。可用：{known}。",
)
