"""Texts that stand in cells of a spreadsheet and stay texts.

A program that opens a CSV file takes a cell for a formula by its first letter, also
behind spaces and in full width, and a formula can call programs and addresses. A mark
(``'``) in front keeps it a text. Workbooks hold the type of every cell, so that texts
in them need no mark.

References
----------
OWASP, "CSV Injection".
"""

from __future__ import annotations

import re

# Spaces, marks of direction and order, and control characters before the first letter
# are skipped or stripped by one program or another.
_FORMULA = re.compile(
    r"[\s\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
    r"[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]"
)
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|\.\d+)([eE][+-]?\d+)?%?", re.ASCII)


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet may take a text for a formula.

    Parameters
    ----------
    text
        Text of a cell.

    Returns
    -------
    is_formula
        Whether it begins like a formula and is no plain number.

    Examples
    --------
    >>> is_formula("=1+1"), is_formula("＝1+1"), is_formula("-12.5"), is_formula("一号")
    (True, True, False, False)
    """
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Parameters
    ----------
    text
        Text of a cell.

    Returns
    -------
    safe
        The text, with a mark in front where it begins like a formula.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("-12.5"), safe_text("一号地块")
    ("'=1+1", '-12.5', '一号地块')
    """
    return f"'{text}" if is_formula(text) else text


def plain_text(text: str) -> str:
    """Return a text without the mark that `safe_text` put in front of it.

    Examples
    --------
    >>> plain_text("'=1+1"), plain_text("'a'")
    ('=1+1', "'a'")
    """
    rest = text.removeprefix("'")
    return rest if rest != text and is_formula(rest) else text
