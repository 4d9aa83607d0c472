"""Parse KML safely: no document type, no entities, no endless tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.kml import decoding
from zqland_geodata.kml.placemarks import Collector
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from pathlib import Path

    from zqland.findings import Finding
    from zqland_geodata.options import Limits

_LONGEST_TOKEN = 16_000_000


def parse(source: Path, limits: Limits, findings: list[Finding]) -> Collector:
    """Collect the placemarks of a KML file.

    Parameters
    ----------
    source
        The file.
    limits
        How much is read at most.
    findings
        What was found is put behind.

    Returns
    -------
    collected
        Its placemarks, links and overlays.

    Raises
    ------
    FileUnreadableError
        It is no sound XML, no KML, beyond the limits, or declares entities.
    """
    encoding = decoding.codec(source, name=source.name)
    try:
        return _parse(source, encoding, limits)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise _no_letters(source, error) from error
    try:
        collected = _parse(source, "gb18030", limits)
    except UnicodeDecodeError as error:
        raise _no_letters(source, error) from error
    findings.append(_ENCODING.finding("", "", "UTF-8", place=source.name))
    return collected


def _parse(source: Path, encoding: str, limits: Limits) -> Collector:
    def line() -> int:
        return int(parser.parser.CurrentLineNumber)

    collected = Collector(source.name, limits, line)
    parser = DefusedXMLParser(target=collected, forbid_dtd=True)
    silent = seen = 0
    try:
        for text in decoding.chunks(source, encoding):
            parser.feed(text)
            # A single tag or comment of many megabytes is scanned again and again.
            silent = silent + len(text) if collected.seen == seen else 0
            seen = collected.seen
            if silent > _LONGEST_TOKEN:
                raise FileUnreadableError(_ENDLESS.format(name=source.name))
        parser.close()
    except DefusedXmlException as error:
        raise FileUnreadableError(_ENTITIES.format(name=source.name)) from error
    except ParseError as error:
        raise FileUnreadableError(
            _BROKEN.format(name=source.name, reason=error)
        ) from error
    return collected


def _no_letters(source: Path, error: UnicodeDecodeError) -> FileUnreadableError:
    return FileUnreadableError(_NO_LETTERS.format(name=source.name, byte=error.start))


_ENTITIES = Text(
    en="{name} declares a document type or entities, which no KML needs; it is "
    "refused. Export it again from the system it is from.",
    zh="{name}声明了文档类型或实体，KML 不需要这些内容，拒绝读取。请从原系统重新导出。",
)
_BROKEN = Text(
    en="{name} is no sound XML ({reason}). Export it again.",
    zh="{name}不是完好的 XML（{reason}）。请重新导出。",
)
_ENDLESS = Text(
    en="{name} holds a tag or comment of more than 16 MB; it is refused. Export it "
    "again.",
    zh="{name}含有超过 16 MB 的标签或注释，拒绝读取。请重新导出。",
)
_NO_LETTERS = Text(
    en="{name} is neither in the encoding that it states nor in GB18030 (byte "
    "{byte}). Save it in UTF-8.",
    zh="{name}的编码与标明的不符，也不是 GB18030（第 {byte} 字节）。请另存为 UTF-8。",
)
_ENCODING = Rule(
    "file.encoding",
    Severity.WARNING,
    Text(
        en="the texts are not in the encoding that the file states",
        zh="文本编码与文件标明的不符",
    ),
    Text(en="read as GB18030", zh="按 GB18030 读取"),
)
