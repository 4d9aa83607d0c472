"""Shapefiles: find the parts, and find out how the attribute table is encoded.

Chinese attribute tables are mostly GBK and often do not say so: the ``.cpg`` file is
missing and the language byte of the ``.dbf`` is zero, and GDAL then reads Latin-1. So
the bytes are tried: what the file states first, then UTF-8, then GB 18030 (which
contains GBK), and the first one in which every value can be read is used. What is
stated goes behind where every value is Chinese in UTF-8, or where a Western label
stands on values that are Chinese in GB 2312: programs put such labels on anything.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import gdalfiles
from zqland_geodata.errors import FileUnreadableError, MissingLayerError
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

    from zqland_geodata.fieldmap import TableMap
    from zqland_geodata.layers import Layer
    from zqland_geodata.options import ReadOptions

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""Endings of the files that make up a Shapefile."""

FIELDMAP_SUFFIX = ".fieldmap.toml"
"""Ending of the field map that zqland puts beside, for names are cut to ten bytes."""

BYTE_BY_BYTE = "ISO-8859-1"
"""An encoding in which every byte is one letter, and nothing is lost."""

_NEEDED = (".shx", ".dbf")
_GB18030, _UTF8 = "gb18030", "utf-8"
_STATED = {
    "936": _GB18030,
    "gbk": _GB18030,
    "cp936": _GB18030,
    "gb2312": _GB18030,
    "gb18030": _GB18030,
    "ansi 936": _GB18030,
    "oem 936": _GB18030,
    "65001": _UTF8,
    "utf8": _UTF8,
    "utf-8": _UTF8,
}
_LANGUAGE_BYTES = {0x4D: _GB18030, 0x7A: _GB18030}
# Other codecs that Python knows are no encodings of texts, or compress.
_LABELS = re.compile(
    r"ascii|iso8859-\d{1,2}|cp\d{3,5}|big5(?:hkscs)?|shift_jis|euc_(?:jp|kr)|koi8-[ru]"
)
_WESTERN = re.compile(r"ascii|iso8859-\d{1,2}|cp(?:125\d|437|850)")
_CHINESE = re.compile(r"[^\x80-\u07ff]*[\u2e80-\U0003ffff][^\x80-\u07ff]*")
_LANGUAGE_BYTE, _HEADER, _FIELD = 29, 32, 32
_TEXT = ord("C")
_SHAPE_HEADER, _SHAPE_ENTRY = 100, 8
_LENGTH = slice(24, 28)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How an attribute table is encoded, and what is to be said about it.

    Attributes
    ----------
    name
        Name of the encoding.
    findings
        Remarks, if the file did not say so itself.
    """

    name: str
    findings: tuple[Finding, ...] = ()


def read(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Read a Shapefile.

    Parameters
    ----------
    source
        The ``.shp`` file, its other parts beside it.
    mapping
        Its ``layer``, if given, must be the name of the file.
    options
        Limits.

    Returns
    -------
    layer
        Every record, its texts decoded.

    Raises
    ------
    FileUnreadableError
        A part is missing, or the Shapefile is broken.
    MissingLayerError
        Another layer is asked for.
    """
    if mapping.layer not in {"", source.stem}:
        raise MissingLayerError(
            _NO_SUCH.format(name=source.name, layer=mapping.layer, known=source.stem)
        )
    check_parts(source)
    gdalfiles.check_name(source)
    _check_whole(source)
    encoding = attribute_encoding(source)
    # Read byte by byte: GDAL cannot read a text whose last letter is cut in two.
    layer = gdalfiles.read_layer(source, source.stem, options, encoding=BYTE_BY_BYTE)
    table, cut = decode_table(layer.table, encoding.name, name=source.name)
    findings = [*encoding.findings, *layer.findings, *cut]
    beside = _map_beside(source, findings)
    return replace(layer, table=table, findings=findings, mapping=beside)


def _map_beside(source: Path, findings: list[Finding]) -> TableMap | None:
    """Return the field map that lies beside a Shapefile of zqland."""
    path = source.with_suffix(FIELDMAP_SUFFIX)
    if not path.is_file():
        return None
    findings.append(_MAPPED.finding("", "fieldmap", path.name, place=source.name))
    return FieldMap.load(path).table("parcels")


def find_shapefile(folder: Path, layer: str, *, name: str) -> Path:
    """Find the Shapefile of a folder.

    Parameters
    ----------
    folder
        A folder, searched with those below it.
    layer
        Name of the Shapefile without ending, or ``""`` if there is only one.
    name
        What the user called the folder or archive, for messages.

    Returns
    -------
    path
        The ``.shp`` file, its needed parts beside it.

    Raises
    ------
    MissingLayerError
        There is none of that name, or several and none was named.
    FileUnreadableError
        There is no Shapefile, or a part is missing.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".shp")
    if not found:
        raise FileUnreadableError(_NONE.format(name=name))
    named = [path for path in found if not layer or path.stem == layer]
    if len(named) != 1:
        known = ", ".join(path.stem for path in found)
        text = _NOT_ONE if not layer else _NO_SUCH
        raise MissingLayerError(text.format(name=name, layer=layer, known=known))
    check_parts(named[0])
    return named[0]


def check_parts(path: Path) -> None:
    """Refuse a Shapefile without its index or attribute table."""
    lacking = [suffix for suffix in _NEEDED if part(path, suffix) is None]
    if lacking:
        raise FileUnreadableError(
            _INCOMPLETE.format(name=path.name, lacking=", ".join(lacking))
        )


def _check_whole(path: Path) -> None:
    """Refuse a Shapefile that was cut off, or whose parts do not belong together."""
    index, table = part(path, ".shx"), part(path, ".dbf")
    assert index is not None  # noqa: S101 - check_parts has looked
    assert table is not None  # noqa: S101
    for file in (path, index):
        stated = int.from_bytes(_start(file)[_LENGTH], "big") * 2
        if stated > file.stat().st_size:
            raise FileUnreadableError(_CUT_OFF.format(name=file.name))
    shapes = (index.stat().st_size - _SHAPE_HEADER) // _SHAPE_ENTRY
    records = int.from_bytes(_start(table)[4:8], "little")
    if shapes != records:
        raise FileUnreadableError(
            _NOT_TOGETHER.format(name=path.name, shapes=shapes, records=records)
        )


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SHAPE_HEADER)


def part(path: Path, suffix: str) -> Path | None:
    """Return a part of a Shapefile whatever the case of its ending."""
    for ending in (suffix, suffix.upper()):
        candidate = path.with_suffix(ending)
        if candidate.is_file():
            return candidate
    return None


def attribute_encoding(path: Path) -> Encoding:
    """Find out how the attribute table of a Shapefile is encoded.

    Parameters
    ----------
    path
        The ``.shp`` file.

    Returns
    -------
    encoding
        One in which every text of the table can be read.

    Raises
    ------
    FileUnreadableError
        There is none among those that are tried, or the table is broken.
    """
    table = part(path, ".dbf")
    if table is None:
        raise FileUnreadableError(_INCOMPLETE.format(name=path.name, lacking=".dbf"))
    content = table.read_bytes()
    stated = _stated(path, content)
    texts = list(_texts(path.name, content))
    tried = dict.fromkeys([stated] if stated else []) | dict.fromkeys((_UTF8, _GB18030))
    likely = _meant(stated, texts) if stated and texts else None
    fitting = likely or next((name for name in tried if _fits(name, texts)), None)
    if fitting is None:
        raise FileUnreadableError(
            _NO_ENCODING.format(name=table.name, tried=", ".join(tried))
        )
    if fitting == stated or not texts:
        return Encoding(fitting)
    rule = _MISSTATED if stated else _NOT_STATED
    return Encoding(
        fitting,
        (
            rule.finding(
                "", "encoding", stated or "", place=table.name, encoding=fitting
            ),
        ),
    )


def decode_table(
    table: gpd.GeoDataFrame, encoding: str, *, name: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Decode the texts of a table that was read byte by byte.

    Parameters
    ----------
    table
        Attributes and shapes, its texts and headings read as `BYTE_BY_BYTE`.
    encoding
        How they are encoded.
    name
        Name of the file, for findings.

    Returns
    -------
    decoded
        The same table with true texts; of a letter that the width of a field cut in
        two nothing is left.
    findings
        One per column with such texts.
    """
    findings: list[Finding] = []
    decoded = table.copy()
    is_text = [pd.api.types.is_string_dtype(kind) for kind in table.dtypes]
    for column in table.columns[is_text]:
        words = table[column].dropna().unique()
        meanings = {word: _decode(word, encoding) for word in words}
        count = sum(is_cut for _, is_cut in meanings.values())
        if count:
            heading = _decode(str(column), encoding)[0]
            findings.append(_CUT.finding("", heading, place=name, count=count))
        decoded[column] = table[column].map(
            {word: text for word, (text, _) in meanings.items()}
        )
    decoded.columns = [_decode(str(column), encoding)[0] for column in table.columns]
    return decoded.set_geometry(
        _decode(str(table.geometry.name), encoding)[0]
    ), findings


def _decode(word: str, encoding: str) -> tuple[str, bool]:
    """Return a text, and whether its last letter was cut in two."""
    content = word.encode(BYTE_BY_BYTE)
    decoder = codecs.getincrementaldecoder(encoding)()
    text = decoder.decode(content, final=False)
    return text, bool(decoder.getstate()[0])


def _stated(path: Path, content: bytes) -> str | None:
    label = part(path, ".cpg")
    if label is not None:
        word = label.read_text(encoding="latin-1").strip().lower()
        if word in _STATED:
            return _STATED[word]
        try:
            name = codecs.lookup(word).name
        except (LookupError, ValueError):
            return None
        return name if _LABELS.fullmatch(name) else None
    return (
        _LANGUAGE_BYTES.get(content[_LANGUAGE_BYTE]) if len(content) > _HEADER else None
    )


def _texts(name: str, content: bytes) -> Iterator[bytes]:
    """Yield the distinct texts and field names that are not plain ASCII."""
    header = int.from_bytes(content[8:10], "little")
    length = int.from_bytes(content[10:12], "little")
    count = int.from_bytes(content[4:8], "little")
    if not _HEADER < header <= len(content) or not length:
        raise FileUnreadableError(_BROKEN.format(name=name))
    if header + count * length > len(content):
        raise FileUnreadableError(_BROKEN.format(name=name))
    records = np.frombuffer(content, "u1", count * length, header)
    records = records.reshape(count, length)
    start = 1
    for offset in range(_HEADER, header - 1, _FIELD):
        field = content[offset : offset + _FIELD]
        if field[0] == 0x0D:  # noqa: PLR2004 - the mark that ends the field list
            break
        heading = field[:11].split(b"\0")[0]
        if not heading.isascii():
            yield heading
        width = field[16]
        if field[11] == _TEXT and width:
            yield from _distinct(records[:, start : start + width])
        start += width


def _distinct(
    column: np.ndarray[tuple[int, int], np.dtype[np.uint8]],
) -> Iterator[bytes]:
    foreign = column[(column > 0x7F).any(axis=1)]  # noqa: PLR2004 - the last of ASCII
    for row in np.unique(foreign, axis=0):
        yield row.tobytes().rstrip(b" \0")


def _meant(stated: str, texts: list[bytes]) -> str | None:
    """Return the encoding that texts are in beyond doubt, whatever is stated."""
    if stated != _UTF8 and _fits(_UTF8, texts):
        meanings = [text.decode(_UTF8, errors="ignore") for text in texts]
        if all(_CHINESE.fullmatch(meaning) for meaning in meanings):
            return _UTF8
    if _WESTERN.fullmatch(stated) and _fits("gb2312", texts):
        return _GB18030
    return None


def _fits(encoding: str, texts: list[bytes]) -> bool:
    """Tell whether all texts can be read; the last letter may be cut off."""
    for text in texts:
        try:
            codecs.getincrementaldecoder(encoding)().decode(text, final=False)
        except UnicodeDecodeError:
            return False
    return True


_NONE = Text(
    en="{name} holds no Shapefile (.shp). Give a folder or zip archive with one.",
    zh="{name}中没有 Shapefile（.shp）。请给出含有该文件的文件夹或 zip。",
)
_NOT_ONE = Text(
    en="{name} holds several Shapefiles: {known}. Name one with --layer, or as layer "
    "in a field map.",
    zh="{name}中有多个 Shapefile：{known}。请用 --layer 或字段映射的 layer 指明一个。",
)
_NO_SUCH = Text(
    en="{name} holds no Shapefile “{layer}” (or several); it has: {known}.",
    zh="{name}中没有唯一的 Shapefile“{layer}”；现有：{known}。",
)
_INCOMPLETE = Text(
    en="The Shapefile {name} lacks its part {lacking}; put all parts side by side.",
    zh="Shapefile {name} 缺少 {lacking}；请把各部分文件放在一起。",
)
_BROKEN = Text(
    en="The attribute table of {name} is broken. Export the Shapefile again.",
    zh="{name}的属性表已损坏。请重新导出 Shapefile。",
)
_CUT_OFF = Text(
    en="{name} is shorter than it states; it was cut off in copying. Copy or export "
    "the Shapefile again.",
    zh="{name}比其标明的长度短，可能在复制时被截断。请重新复制或导出 Shapefile。",
)
_NOT_TOGETHER = Text(
    en="The Shapefile {name} has {shapes} shapes and {records} records; its parts do "
    "not belong together. Export it again.",
    zh="Shapefile {name} 有 {shapes} 个图形、{records} 条属性记录，各部分文件不匹配。"
    "请重新导出。",
)
_NO_ENCODING = Text(
    en="The texts of {name} are in none of the encodings {tried}. Export it in UTF-8.",
    zh="{name}的文字不属于以下编码：{tried}。请用 UTF-8 重新导出。",
)
_READ_AS = Text(en="read as {encoding}", zh="按 {encoding} 读取")
_NOT_STATED = Rule(
    "file.encoding",
    Severity.INFO,
    Text(
        en="the Shapefile does not say how its texts are encoded",
        zh="Shapefile 未注明属性表编码",
    ),
    _READ_AS,
)
_MISSTATED = Rule(
    "file.encoding",
    Severity.WARNING,
    Text(en="the texts are not encoded as stated", zh="属性表编码与注明的不符"),
    _READ_AS,
)
_MAPPED = Rule(
    "fieldmap.beside",
    Severity.INFO,
    Text(
        en="a field map lies beside the Shapefile",
        zh="Shapefile 旁附有字段映射",
    ),
    Text(
        en="read by it; another one given by name goes first",
        zh="已按其读取；另行指定的字段映射优先",
    ),
)
_CUT = Rule(
    "text.cut",
    Severity.WARNING,
    Text(
        en="{count} texts are cut off: the field is too narrow for them",
        zh="{count} 个文本被截断：字段宽度不够",
    ),
    Text(en="read as far as they go", zh="按截断后的文本读取"),
)
