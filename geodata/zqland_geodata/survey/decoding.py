"""Decode a survey TXT: byte order mark, UTF-8, UTF-16, then GBK and GB 18030.

GBK is what the approval systems write. A text that is UTF-8 throughout is UTF-8; zero
bytes tell UTF-16, whose byte order is the one in which line ends and commas appear.
No letter is ever replaced or left out.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from zqland_geodata.survey.tally import Tally

_MARKS = {
    codecs.BOM_UTF8: ("utf-8-sig", "UTF-8, BOM"),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16 LE, BOM"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16 BE, BOM"),
}
_NUL = "\0"
_ANY_END = re.compile(r"\r\n?|\n")
_OTHER_END = re.compile(r"(?<!\r)\n|\r(?!\n)")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_END_OF_FILE = "\x1a"


def decode(content: bytes, name: str, tally: Tally) -> str:
    """Decode a survey TXT.

    Parameters
    ----------
    content
        The file.
    name
        Its name, for messages.
    tally
        Where an encoding other than GBK is remarked.

    Returns
    -------
    text
        The whole text with its line ends.

    Raises
    ------
    FileUnreadableError
        It is in none of the encodings, or has zero bytes in the text.
    """
    text, encoding = _decoded(content, name)
    if encoding:
        tally.add(ENCODING, _first_beyond_ascii(text), encoding)
    if text.endswith((_END_OF_FILE, _NUL)):
        text = text.rstrip(_END_OF_FILE + _NUL)
        tally.add(END_MARK, _line(text, len(text)))
    if _NUL in text:
        line = text.count("\n", 0, text.index(_NUL)) + 1
        raise FileUnreadableError(_ZERO.format(name=name, line=line))
    return text


def lines_of(text: str, tally: Tally) -> list[str]:
    r"""Divide a text into lines, whatever ends them.

    Parameters
    ----------
    text
        The text.
    tally
        Where line ends other than CR LF are remarked.

    Returns
    -------
    lines
        Without their ends.

    Examples
    --------
    >>> from zqland_geodata.survey.tally import Tally
    >>> lines_of("a\r\nb\rc\nd", Tally())
    ['a', 'b', 'c', 'd']
    """
    whole = text.count("\r\n")
    only_lf = text.count("\n") - whole
    with_lf = text.replace("\r\n", "\n")
    only_cr = with_lf.count("\r")
    if only_lf or only_cr:
        counts = (("CR LF", whole), ("LF", only_lf), ("CR", only_cr))
        kinds = [name for name, count in counts if count]
        other = _OTHER_END.search(text)
        assert other is not None  # noqa: S101 - one was counted
        tally.add(LINE_ENDS, _line(text, other.start()), " + ".join(kinds))
    return with_lf.replace("\r", "\n").split("\n")


def _first_beyond_ascii(text: str) -> int:
    """Return the line of the first letter that encodings differ in, or 1."""
    found = _BEYOND_ASCII.search(text)
    return 1 if found is None else _line(text, found.start())


def _line(text: str, position: int) -> int:
    """Return the number of the line that a position of the text is in."""
    return sum(1 for _ in _ANY_END.finditer(text, 0, position)) + 1


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    """Return the text, and the name of an encoding that is not GBK."""
    for mark, (codec, label) in _MARKS.items():
        if content.startswith(mark):
            return _strict(content, codec, name), label
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and _NUL not in text.rstrip(_NUL):
        return text, "" if text.isascii() else "UTF-8"
    if b"\0" in content.rstrip(b"\0"):
        return _utf_16(content, name)
    try:
        return content.decode("gbk"), ""
    except UnicodeDecodeError:
        return _strict(content, "gb18030", name), "GB 18030"


def _utf_16(content: bytes, name: str) -> tuple[str, str]:
    fitting: list[tuple[str, str]] = []
    for codec, label in (("utf-16-le", "UTF-16 LE"), ("utf-16-be", "UTF-16 BE")):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if _NUL not in text.rstrip(_NUL) and re.search(r"[\r\n,]", text):
            fitting.append((text, label))
    if len(fitting) != 1:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise FileUnreadableError(_ZERO.format(name=name, line=line))
    return fitting[0]


def _strict(content: bytes, codec: str, name: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileUnreadableError(_ENCODING.format(name=name, line=line)) from error


ENCODING = Rule(
    "survey.encoding",
    Severity.INFO,
    Text(en="the file is not in GBK", zh="文件编码不是 GBK"),
    Text(
        en="decoded as what it is, every letter kept", zh="已按实际编码读取，文字无损"
    ),
)
END_MARK = Rule(
    "survey.end_mark",
    Severity.INFO,
    Text(en="the file ends with an end-of-file sign", zh="文件末尾有文件结束符"),
    Text(en="the sign is left out", zh="已略去"),
)
LINE_ENDS = Rule(
    "survey.line_ends",
    Severity.INFO,
    Text(en="lines do not all end in CR LF", zh="行尾不全为 CR LF"),
    Text(en="divided at every kind of line end", zh="已按各种行尾分行"),
)
_ENCODING = Text(
    en="{name} is in neither UTF-8, UTF-16 nor GBK; the first wrong letter is in line "
    "{line}. Save it in one of them.",
    zh="{name}的编码不是 UTF-8、UTF-16 或 GBK，第 {line} 行出现无效文字。"
    "请另存为其中之一。",
)
_ZERO = Text(
    en="{name} has a zero byte in line {line}, so it is no text. Export it again.",
    zh="{name}第 {line} 行含有空字节，不是文本文件。请重新导出。",
)
