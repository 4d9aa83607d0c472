"""A line of a survey TXT with its number, and signs that only look like ASCII."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.errors import SurveyTextError
from zqland_geodata.remarks import LONGEST_VALUE, Rule

if TYPE_CHECKING:
    from zqland_geodata.survey.tally import Tally

_FULL_WIDTH = 0xFEE0
_LOOKALIKES = {
    **{sign + _FULL_WIDTH: sign for sign in range(0x21, 0x7F)},
    ord("\N{IDEOGRAPHIC SPACE}"): " ",
    ord("\N{NO-BREAK SPACE}"): " ",
    ord("\N{ZERO WIDTH NO-BREAK SPACE}"): None,
    ord("【"): "[",
    ord("】"): "]",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file with its number.

    Attributes
    ----------
    line
        Number of the line, from 1.
    text
        The line, or the value of its key.
    """

    line: int
    text: str

    def fault(self, text: Text, **facts: object) -> SurveyTextError:
        """Build the error that names this line."""
        found = self.text[:LONGEST_VALUE]
        return fault_at(self.line, text.format(found=found, **facts))


def fault_at(line: int, text: Text) -> SurveyTextError:
    """Build the error that names a line.

    Parameters
    ----------
    line
        Number of the line, from 1.
    text
        What is wrong, what is needed and what to do.

    Returns
    -------
    error
        To be raised.
    """
    return SurveyTextError(_AT_LINE.format(line=line, text=text))


def plain(text: str) -> str:
    """Turn full-width signs, brackets and spaces to ASCII, and trim.

    Parameters
    ----------
    text
        A line or a part of it.

    Returns
    -------
    plain
        The same in ASCII signs; Chinese letters stay.

    Examples
    --------
    >>> plain("J1，1 "), plain("【地块坐标】")
    ('J1,1', '[地块坐标]')
    """
    # Nearly every field is ASCII already.
    return text.strip() if text.isascii() else text.translate(_LOOKALIKES).strip()


def plain_row(row: Row, tally: Tally) -> str:
    """Turn a structural row to ASCII signs; remark what was not.

    Parameters
    ----------
    row
        A row of the file.
    tally
        Where lookalikes and outer spaces are remarked.

    Returns
    -------
    plain
        The row in ASCII signs, trimmed.
    """
    trimmed = row.text.strip()
    found = plain(trimmed)
    if found != trimmed:
        tally.add(FULL_WIDTH, row.line, row.text)
    elif trimmed != row.text:
        tally.add(SPACES, row.line, row.text)
    return found


FULL_WIDTH = Rule(
    "survey.full_width",
    Severity.INFO,
    Text(
        en="full-width signs where ASCII is meant",
        zh="结构符号或数字为全角",
    ),
    Text(en="read as ASCII; names are kept", zh="按半角读取；名称保留原文"),
)
SPACES = Rule(
    "survey.spaces",
    Severity.INFO,
    Text(en="spaces around numbers or marks", zh="数字或标记前后有空格"),
    Text(en="left out", zh="已略去"),
)
_AT_LINE = Text(en="line {line}: {text}", zh="第 {line} 行：{text}")
