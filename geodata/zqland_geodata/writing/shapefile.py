"""Shapefiles in the encoding that land offices expect, with a field map beside.

The format cuts names at ten bytes and knows neither its encoding nor units for sure.
So names are cut between letters and kept apart, and a field map beside the file says
what each column is; zqland reads it by itself.

Texts are handed to GDAL as bytes that are encoded here: then nothing is cut in the
middle of a letter, and every encoding of Python can be written.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zqland import catalogues
from zqland.findings import Severity
from zqland.text import Language, Text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.fieldmap import known_columns
from zqland_geodata.remarks import Rule
from zqland_geodata.shapefile import BYTE_BY_BYTE, FIELDMAP_SUFFIX
from zqland_geodata.writing.fieldmaps import field_map
from zqland_geodata.writing.layered import write_layer
from zqland_geodata.writing.tables import HOME_ZONE, one_zone, prepare

if TYPE_CHECKING:
    import geopandas as gpd

    from zqland.findings import Finding
    from zqland_geodata.options import WriteOptions

NAME_BYTES = 10
"""Bytes of a column name that the format keeps."""

TEXT_BYTES = 254
"""Bytes of a text that the format keeps."""

DEFAULT_ENCODING = "gbk"
"""What GIS on Chinese Windows take a Shapefile for."""

WIDER_ENCODING = "gb18030"
"""Written where a letter is missing from GBK."""

_LABELS = {"gbk": "GBK", "gb18030": "GB18030", "utf-8": "UTF-8"}
_SPELLINGS = {"utf8": "utf-8", "cp936": "gbk", "936": "gbk", "gb2312": "gbk"}
_LANGUAGE_BYTE = 29
_LANGUAGES = {"gbk": 0x4D, "gb18030": 0x4D, "utf-8": 0}


def write(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write a Shapefile and a field map beside it.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        The ``.shp`` file; the other parts and the field map go beside it.
    options
        Encoding (``gbk``, ``gb18030`` or ``utf-8``), reference system, language of
        the headings.

    Returns
    -------
    findings
        What was cut or changed.

    Raises
    ------
    FileUnreadableError
        The encoding is not one of these.
    """
    prepared = prepare(parcels, options)
    findings = list(prepared.findings)
    table = _dates_as_text(prepared.table)
    encoding = _encoding(table, options.encoding, path.name, findings)
    names = _names(table, options.language, encoding)
    findings += [
        _NAME_CUT.finding("", column, name, long=_heading(column, options.language))
        for column, name in names.items()
        if name != _heading(column, options.language)
    ]
    written = _as_bytes(table, names, encoding, findings)
    write_layer(
        written,
        path,
        driver="ESRI Shapefile",
        layer=path.stem,
        encoding=BYTE_BY_BYTE,
        promote_to_multi=False,
    )
    _state_encoding(path, encoding)
    known = {name: key for key, name in names.items() if key in _known()}
    text = field_map(known, home_zone=one_zone(parcels))
    path.with_suffix(FIELDMAP_SUFFIX).write_text(text, encoding="utf-8")
    return findings


def write_zip(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write a zip archive with a Shapefile of its name; see `write`.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        The archive.
    options
        As for `write`.

    Returns
    -------
    findings
        What was cut or changed.
    """
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder, f"{path.stem}.shp")
        findings = write(parcels, inner, options)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)
    return findings


def _known() -> set[str]:
    return {*known_columns("parcels")}


def _dates_as_text(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return days as text: the format keeps no time, and readers differ on days."""
    changed = table.copy()
    for column in table.columns[table.dtypes.map(lambda kind: kind.kind == "M")]:
        days = table[column]
        is_day = (days.dropna() == days.dropna().dt.normalize()).all()
        shown = days.dt.strftime("%Y-%m-%d" if is_day else "%Y-%m-%dT%H:%M:%S")
        changed[column] = shown.astype("str").where(days.notna())
    return changed


def _encoding(
    table: gpd.GeoDataFrame, wanted: str, name: str, findings: list[Finding]
) -> str:
    """Return an encoding that has every letter; GB 18030 has all there are."""
    asked = wanted.strip().lower()
    asked = _SPELLINGS.get(asked, asked) or DEFAULT_ENCODING
    if asked not in _LABELS:
        raise FileUnreadableError(_NO_SUCH_ENCODING.format(name=name, found=wanted))
    lacking = _lacking(_letters(table), asked)
    if not lacking:
        return asked
    findings.append(_WIDER.finding("", "encoding", lacking, asked=_LABELS[asked]))
    return WIDER_ENCODING


def _letters(table: gpd.GeoDataFrame) -> str:
    texts = [str(column) for column in table.columns]
    for column in _texts(table):
        texts += table[column].dropna().unique().tolist()
    return "".join(sorted({letter for text in texts for letter in text}))


def _lacking(letters: str, encoding: str) -> str:
    """Return the first letter that an encoding lacks, or nothing."""
    try:
        letters.encode(encoding)
    except UnicodeEncodeError as error:
        return error.object[error.start]
    return ""


def _texts(table: gpd.GeoDataFrame) -> list[str]:
    return [
        column
        for column in table.columns
        if column != table.geometry.name and pd.api.types.is_string_dtype(table[column])
    ]


def _heading(column: str, language: Language) -> str:
    rows = catalogues.columns()
    rows = rows[(rows["table"] == "parcels") & (rows["column"] == column)]
    if rows.empty or language is Language.EN or column == HOME_ZONE:
        return column
    return str(rows["zh_name"].iloc[0])


def _names(
    table: gpd.GeoDataFrame, language: Language, encoding: str
) -> dict[str, str]:
    """Return names of ten bytes, all different also where case is not told apart."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in table.columns:
        if column == table.geometry.name:
            continue
        heading = _heading(column, language)
        name = cut(heading, NAME_BYTES, encoding)
        number = 1
        while name.casefold() in taken or not name:
            number += 1
            tail = f"_{number}"
            name = cut(heading, NAME_BYTES - len(tail), encoding) + tail
        taken.add(name.casefold())
        names[column] = name
    return names


def cut(text: str, most: int, encoding: str) -> str:
    """Cut a text between two letters so that it fits in a number of bytes.

    Parameters
    ----------
    text
        The text.
    most
        Largest number of bytes.
    encoding
        Encoding that has all its letters.

    Returns
    -------
    cut
        The longest beginning that fits.

    Examples
    --------
    >>> cut("规划用地类别", 10, "gbk"), cut("规划用地类别", 10, "utf-8")
    ('规划用地类', '规划用')
    """
    content = text.encode(encoding)[:most]
    return content.decode(encoding, errors="ignore")


def _as_bytes(
    table: gpd.GeoDataFrame,
    names: dict[str, str],
    encoding: str,
    findings: list[Finding],
) -> gpd.GeoDataFrame:
    """Return texts and names as one letter for each byte, cut to what fits."""
    changed = table.copy()
    for column in _texts(table):
        words = table[column].dropna().unique()
        short = {word: cut(word, TEXT_BYTES, encoding) for word in words}
        is_long = table[column].map(lambda word, short=short: short.get(word) != word)
        is_long &= table[column].notna()
        findings += [
            _TEXT_CUT.finding(record, column, most=TEXT_BYTES)
            for record in table.loc[is_long, "parcel_id"]
        ]
        one_by_one = {word: _bytewise(text, encoding) for word, text in short.items()}
        changed[column] = table[column].map(one_by_one).astype("str")
    return changed.rename(
        columns={column: _bytewise(name, encoding) for column, name in names.items()}
    )


def _bytewise(text: str, encoding: str) -> str:
    return text.encode(encoding).decode(BYTE_BY_BYTE)


def _state_encoding(path: Path, encoding: str) -> None:
    """Say in both places how the texts are encoded."""
    path.with_suffix(".cpg").write_text(_LABELS[encoding], encoding="ascii")
    with path.with_suffix(".dbf").open("r+b") as table:
        table.seek(_LANGUAGE_BYTE)
        table.write(bytes([_LANGUAGES[encoding]]))


_NO_SUCH_ENCODING = Text(
    en="{name}: a Shapefile is not written in “{found}”. Choose gbk, gb18030 or utf-8.",
    zh="{name}：不支持以“{found}”编码写出 Shapefile。请选用 gbk、gb18030 或 utf-8。",
)
_NAME_CUT = Rule(
    "write.name_cut",
    Severity.INFO,
    Text(
        en="“{long}” is longer than the ten bytes that the format keeps of a name",
        zh="列名“{long}”超过该格式允许的 10 个字节",
    ),
    Text(
        en="cut between letters; the field map beside the file says what it is",
        zh="按整字截断；旁附的字段映射注明其含义",
    ),
)
_TEXT_CUT = Rule(
    "write.text_cut",
    Severity.WARNING,
    Text(
        en="the text is longer than the {most} bytes that the format keeps",
        zh="文本超过该格式允许的 {most} 个字节",
    ),
    Text(
        en="cut between letters; write a GeoPackage to keep it whole",
        zh="按整字截断；如需完整保留，请写出为 GeoPackage",
    ),
)
_WIDER = Rule(
    "write.encoding",
    Severity.WARNING,
    Text(en="{asked} lacks a letter of the texts", zh="{asked} 中没有该字"),
    Text(
        en="written in GB18030, which has it; some programs do not read that",
        zh="改用包含该字的 GB18030 写出；部分软件可能无法识别",
    ),
)
