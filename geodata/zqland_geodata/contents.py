"""Look into a file before a library opens it: it must be what its name says, no more.

Libraries tell kinds apart by content, and some kinds are programs or references: a VRT
names other files, a GDALG file holds a pipeline to run, the ``crs`` of a GeoJSON may
be an address that is fetched, a GeoPackage may hold queries that run when it is
opened. What goes beyond plain data is refused here, by ending, before it is opened.
"""

from __future__ import annotations

import mmap
import re
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata import archives, geopackages
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable
    from pathlib import Path

    from zqland_geodata.options import Limits

_PACKED = (b"PK\x03\x04",)
_SIGNATURES = {
    ".gpkg": (b"SQLite format 3\x00",),
    ".shp": (b"\x00\x00\x27\x0a",),
    ".fgb": (b"fgb\x03fgb",),
    ".parquet": (b"PAR1",),
    ".zip": _PACKED,
    ".kmz": _PACKED,
    ".ovkmz": _PACKED,
    ".xlsx": _PACKED,
    ".xlsm": _PACKED,
    ".xls": (b"\xd0\xcf\x11\xe0",),
    ".geojson": (b"{",),
    ".json": (b"{",),
}
_JSON = {".geojson", ".json"}

# A name of a member may be written with escapes, in any case, and json-c takes single
# quotes as well.
_QUOTE = rb"[\"']"
_CRS = rb"(?:[cC]|\\u00[46]3)(?:[rR]|\\u00[57]2)(?:[sS]|\\u00[57]3)"
_SUSPECT = re.compile(_QUOTE + _CRS + _QUOTE + rb"|gdal_streamed_alg")
_TOKEN = re.compile(
    rb"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|/\*.*?\*/|//[^\n]*|[{}\[\],]", re.DOTALL
)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_FETCHED = {"link", "url"}
_LONGEST_CRS = 65_536

_PROLOG_BYTES = 65_536
_PROLOG = re.compile(r"^(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_XML_ENDINGS = (".xml", ".rels", ".vml")

# Places in the header of a FlatGeobuf file (a FlatBuffers table).
_FGB_START, _FGB_COUNT_FIELD, _FGB_LONGEST_HEADER = 8, 8, 10_000_000
_FGB_LEAST_FEATURE = 12


def check(path: Path, limits: Limits) -> None:
    """Refuse a file whose content is not plain data of the kind of its ending.

    Parameters
    ----------
    path
        An existing file; kinds that need no look inside pass.
    limits
        How much is read at most.

    Raises
    ------
    FileUnreadableError
        It is of another kind, refers to other files or addresses, holds queries or
        entities, or states more records than it can hold.
    """
    suffix = path.suffix.lower()
    _check_signature(path, suffix)
    look = _LOOKS.get(suffix)
    if look is not None:
        look(path, limits)


def check_xml_start(name: str, start: bytes) -> None:
    r"""Refuse XML that declares a document type, and so could declare entities.

    Parameters
    ----------
    name
        Name of the file, for the message.
    start
        Its first 64 KiB, or all of it.

    Raises
    ------
    FileUnreadableError
        Something other than comments and instructions stands before the first element.

    Examples
    --------
    >>> check_xml_start("a.kml", b"<?xml version='1.0'?><kml/>")
    >>> check_xml_start("a.kml", b"<!DOCTYPE kml []><kml/>")
    Traceback (most recent call last):
    zqland_geodata.errors.FileUnreadableError: a.kml declares a document type ...
    """
    encoding = "latin-1"
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in start[:4]:
        little = start[:2] == b"\xff\xfe" or start[1:2] == b"\0"
        encoding = "utf-16-le" if little else "utf-16-be"
    text = start.removeprefix(b"\xef\xbb\xbf").decode(encoding, "replace")
    rest = _PROLOG.sub("", text.removeprefix("\ufeff"), count=1)
    if rest.startswith("<!") or (not rest and len(start) >= _PROLOG_BYTES):
        raise FileUnreadableError(_ENTITIES.format(name=name))


def _check_signature(path: Path, suffix: str) -> None:
    signatures = _SIGNATURES.get(suffix)
    if signatures is None:
        return
    with path.open("rb") as content:
        start = content.read(64)
    if suffix in _JSON:
        start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(signatures):
        raise FileUnreadableError(_NOT_THAT_KIND.format(name=path.name, suffix=suffix))


def _look_into_json(path: Path, _: Limits) -> None:
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        for found in _SUSPECT.finditer(content):
            if found[0] == b"gdal_streamed_alg":
                raise FileUnreadableError(_PROGRAM.format(name=path.name))
            if _is_fetched(content, found.end()):
                raise FileUnreadableError(_ADDRESS.format(name=path.name))


def _is_fetched(content: mmap.mmap, start: int) -> bool:
    """Tell whether the value after the name ``crs`` is an address to be fetched."""
    depth = 0
    for found in _TOKEN.finditer(content, start, start + _LONGEST_CRS):
        token = found[0]
        if token in b"{[":
            depth += 1
        elif token in b"}]":
            depth -= 1
        elif depth > 0 and token[:1] in b"\"'" and _word(token) in _FETCHED:
            return True
        if depth <= 0 and not token.startswith(b"/"):
            return False
    # A reference system without an end is none.
    return len(content) - start >= _LONGEST_CRS


def _word(token: bytes) -> str:
    text = token[1:-1].decode("utf-8", "replace")
    return _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text).lower()


def _look_into_archive(path: Path, limits: Limits) -> None:
    with archives.opened(path, limits):
        pass


def _look_into_workbook(path: Path, limits: Limits) -> None:
    with archives.opened(path, limits) as archive:
        for name, entry in archives.entries(archive):
            if name.suffix.lower() in _XML_ENDINGS:
                check_xml_start(path.name, _start(archive, entry))


def _start(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as part:
        return part.read(_PROLOG_BYTES)


def _look_into_flatgeobuf(path: Path, limits: Limits) -> None:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(_FGB_START)
        length = int.from_bytes(file.read(4), "little")
        if not 0 < length <= min(_FGB_LONGEST_HEADER, size):
            raise FileUnreadableError(_DAMAGED.format(name=path.name))
        count = _flatgeobuf_count(file.read(length))
    if count > min(limits.records, size // _FGB_LEAST_FEATURE):
        raise FileUnreadableError(_COUNT.format(name=path.name, count=count))


def _flatgeobuf_count(header: bytes) -> int:
    """Return the stated number of features; 0 where it is unknown."""

    def number(place: int, width: int) -> int:
        return int.from_bytes(header[place : place + width], "little")

    table = number(0, 4)
    fields = table - int.from_bytes(header[table : table + 4], "little", signed=True)
    slot = 4 + 2 * _FGB_COUNT_FIELD
    if fields < 0 or number(fields, 2) < slot + 2:
        return 0
    offset = number(fields + slot, 2)
    return number(table + offset, 8) if offset else 0


_LOOKS: dict[str, Callable[[Path, Limits], None]] = {
    ".geojson": _look_into_json,
    ".json": _look_into_json,
    ".gpkg": geopackages.check,
    ".fgb": _look_into_flatgeobuf,
    ".zip": _look_into_archive,
    ".kmz": _look_into_archive,
    ".ovkmz": _look_into_archive,
    ".xlsx": _look_into_workbook,
    ".xlsm": _look_into_workbook,
}

_NOT_THAT_KIND = Text(
    en="{name} is not what its ending {suffix} says. Export it again in that format.",
    zh="{name}的内容与扩展名 {suffix} 不符。请按该格式重新导出。",
)
_ENTITIES = Text(
    en="{name} declares a document type (DOCTYPE), through which XML can be made to "
    "read other files or to fill the memory; it is refused. Export it again without.",
    zh="{name}含有文档类型声明（DOCTYPE），可借此读取其他文件或耗尽内存，拒绝读取。"
    "请去掉后重新导出。",
)
_PROGRAM = Text(
    en="{name} holds a GDAL pipeline to run, not shapes; it is refused. Export the "
    "result of the pipeline.",
    zh="{name}内含待执行的 GDAL 流程而非图形，拒绝读取。请导出流程的结果。",
)
_ADDRESS = Text(
    en="The reference system (crs) of {name} is an address to be fetched; it is "
    "refused. Export it with a named system, or without crs in EPSG:4326.",
    zh="{name}的坐标系（crs）为需联网获取的地址，拒绝读取。请用具名坐标系重新导出，"
    "或按 EPSG:4326 导出且不写 crs。",
)
_DAMAGED = Text(
    en="The header of {name} is damaged. Export it again.",
    zh="{name}的文件头已损坏。请重新导出。",
)
_COUNT = Text(
    en="{name} states {count} records, more than it can hold or than is read. Export "
    "it again, or split it.",
    zh="{name}标明 {count} 条记录，超出其可能容纳或可读取的数量。请重新导出或拆分。",
)
