"""What the readers and writers of files can be told, and their limits.

Every reader of boundaries has the form ``read(source, mapping, options) -> Layer`` and
every writer ``write(parcels, path, options) -> list[Finding]``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zqland.areas import Method
from zqland.shifts import Shifts
from zqland.text import Language

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read at most; beyond it a file is refused with a sentence.

    Attributes
    ----------
    file_bytes
        Size of a file.
    unpacked_bytes
        What an archive unpacks to.
    ratio
        How many times an archive may grow; more is a bomb.
    entries
        Files in an archive.
    points
        Vertices in a file.
    records
        Records in a file.
    cells
        Rows times columns of a sheet.
    depth
        How deep elements of XML may be nested.
    """

    file_bytes: int = 4_000_000_000
    unpacked_bytes: int = 2_000_000_000
    ratio: int = 200
    entries: int = 10_000
    points: int = 50_000_000
    records: int = 5_000_000
    cells: int = 20_000_000
    depth: int = 64


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are read.

    Attributes
    ----------
    limits
        How much is read at most.
    shifts
        Parameter sets from Xi'an 80 and Beijing 54 to CGCS2000, given by the user.
    source_crs
        EPSG code for a file that states none, or ``None``; a field map goes first.
    layer
        Layer of a file with several, or ``""``; a field map goes first.
    """

    limits: Limits = field(default_factory=Limits)
    shifts: Shifts = field(default_factory=Shifts)
    source_crs: int | None = None
    layer: str = ""


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How parcels are written.

    Attributes
    ----------
    encoding
        Encoding of texts where the format leaves a choice, or ``""`` for what other
        programs of that format expect (GBK for survey TXT and Shapefile).
    crs
        EPSG code of the coordinates, or ``None`` for the home zone where the parcels
        share one and the format can hold it, else CGCS2000 degrees.
    web_map
        ``gcj02`` or ``bd09`` to write the shifted coordinates of a web map where the
        format can say so (ovkml), else ``""``.
    language
        Language of headings.
    method
        How the declared area of a survey TXT is measured.
    producer
        Who made the data, where the format has a place for it.
    on
        Day of the data; ``None`` for today.
    split_parts
        Whether each part of a parcel becomes a record of its own, for old readers.
    """

    encoding: str = ""
    crs: int | None = None
    web_map: str = ""
    language: Language = Language.ZH
    method: Method = Method.PLANAR
    producer: str = ""
    on: dt.date | None = None
    split_parts: bool = False
