"""Open a drawing: its letters, its units, its faults."""

from __future__ import annotations

import logging
import re
import struct
from typing import TYPE_CHECKING

from ezdxf.filemanagement import dxf_file_info, readfile
from ezdxf.lldxf.const import DXFError
from ezdxf.lldxf.validator import is_binary_dxf_file

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.dxf import DWG
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from pathlib import Path

    from ezdxf.document import Drawing

    from zqland.findings import Finding

LARGEST_BYTES = 400_000_000
"""Drawings above this are refused: in memory they are some eight times as large."""

UNREADABLE = (
    DXFError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    StopIteration,
    struct.error,
)
"""What the library raises on damaged drawings."""

# What the library logs about faults is no concern of a user's terminal.
logging.getLogger("ezdxf").addHandler(logging.NullHandler())

_DWG = re.compile(rb"AC10\d\d")
_FOREIGN = re.compile(rb"[\x80-\xff]+")
_SINGLE_BYTE = re.compile(r"cp(125\d|437|85\d|874)|iso8859.*|ascii|latin.*")
_UTF8_SINCE = "AC1021"


def load(source: Path, findings: list[Finding]) -> Drawing:
    """Load a drawing.

    Parameters
    ----------
    source
        The file, text or binary DXF.
    findings
        What was found is put behind.

    Returns
    -------
    drawing
        The drawing.

    Raises
    ------
    FileUnreadableError
        It is a DWG, too large or damaged.
    """
    with source.open("rb") as file:
        start = file.read(6)
    if _DWG.fullmatch(start):
        raise FileUnreadableError(DWG.format(name=source.name))
    size = source.stat().st_size
    if size > LARGEST_BYTES:
        facts = {"size": size // 1_000_000, "most": LARGEST_BYTES // 1_000_000}
        raise FileUnreadableError(_TOO_LARGE.format(name=source.name, **facts))
    try:
        if is_binary_dxf_file(str(source)):
            return readfile(str(source))
        encoding, errors = _encoding(source, findings)
        return readfile(str(source), encoding=encoding, errors=errors)
    except UNREADABLE as error:
        raise damaged(source, error) from error


def damaged(source: Path, error: Exception) -> FileUnreadableError:
    """Say that a drawing is damaged, with the reason of the library.

    Parameters
    ----------
    source
        The file.
    error
        What the library raised.

    Returns
    -------
    error
        What is to be raised.
    """
    reason = str(error).replace(str(source), source.name) or type(error).__name__
    return FileUnreadableError(_DAMAGED.format(name=source.name, reason=reason[:200]))


def _encoding(source: Path, findings: list[Finding]) -> tuple[str, str]:
    """Return the encoding of the letters, and what to do about those that are none."""
    info = dxf_file_info(str(source))
    stated = "utf-8" if info.version >= _UTF8_SINCE else info.encoding
    stated = "gb18030" if stated in {"gbk", "gb2312", "cp936"} else stated
    content = source.read_bytes()
    if content.isascii():
        return stated, "strict"
    if _SINGLE_BYTE.fullmatch(stated.replace("_", "").replace("-", "")):
        if not _is_chinese(content):
            return stated, "replace"
    elif _decodes(content, stated):
        return stated, "strict"
    if stated != "gb18030" and _decodes(content, "gb18030"):
        findings.append(_CHINESE.finding("", "", stated, place=source.name))
        return "gb18030", "strict"
    findings.append(_NO_LETTERS.finding("", "", stated, place=source.name))
    return stated, "replace"


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _is_chinese(content: bytes) -> bool:
    """Tell whether all that is not ASCII are common Chinese letters.

    Accents of western texts stand alone between plain letters, which no letter of
    GB 2312 does: those come in pairs of bytes.
    """
    return all(_decodes(run, "gb2312") for run in set(_FOREIGN.findall(content)))


_TOO_LARGE = Text(
    en="{name} has {size} MB, and drawings are read up to {most} MB. Save only the "
    "layer with the parcels.",
    zh="{name}有 {size} MB，图纸最大读取 {most} MB。请只保存地块所在图层。",
)
_DAMAGED = Text(
    en="{name} cannot be read as a drawing ({reason}). Save it again as DXF 2000 or "
    "later.",
    zh="{name}无法作为图纸读取（{reason}）。请重新另存为 DXF 2000 或更高版本。",
)
_CHINESE = Rule(
    "file.encoding",
    Severity.WARNING,
    Text(
        en="the texts are not in the code page that the drawing states",
        zh="文本编码与图纸标明的代码页不符",
    ),
    Text(en="read as GB18030", zh="按 GB18030 读取"),
)
_NO_LETTERS = Rule(
    "dxf.letters",
    Severity.WARNING,
    Text(
        en="some texts can be read in no encoding",
        zh="部分文本无法以任何编码读取",
    ),
    Text(
        en="unreadable letters replaced by a mark; save the drawing again",
        zh="无法读取的字符已替换为占位符；请重新保存图纸",
    ),
)
