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

if TYPE_CHECKING:
    from collections.abc import Mapping

Writer = Callable[[gpd.GeoDataFrame, Path, WriteOptions], list[Finding]]

WRITERS: Mapping[str, Writer] = {}
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
    target = Path(path)
    writer = WRITERS.get(target.suffix.lower())
    if writer is None:
        raise FileUnreadableError(
            _UNKNOWN_KIND.format(name=target.name, known=", ".join(WRITERS))
        )
    chosen = WriteOptions() if options is None else options
    findings: list[Finding] = []

    def write(draft: Path) -> None:
        findings.extend(writer(parcels, draft, chosen))

    write_whole(target, write)
    return findings


_UNKNOWN_KIND = Text(
    en="{name} is of no kind that parcels are written to. Known: {known}.",
    zh="{name}不是可写出的地块格式。可用：{known}。",
)
