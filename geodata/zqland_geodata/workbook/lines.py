"""How wide texts are, and where sentences are broken."""

from __future__ import annotations

from unicodedata import east_asian_width

LINE_WIDTH = 140
"""Letters of a line above a table, those of Chinese counted twice."""

_NO_BEGIN = frozenset("，。；：、！？）》”,.;:!?)")


def width_of(text: str) -> int:
    """Count letters, those of Chinese twice.

    Examples
    --------
    >>> width_of("A4 纸")
    5
    """
    return sum(1 + _is_wide(letter) for letter in text)


def broken(text: str, width: int = LINE_WIDTH) -> list[str]:
    """Break a sentence into lines that a page can show.

    Parameters
    ----------
    text
        The sentence.
    width
        Most letters of a line, those of Chinese counted twice.

    Returns
    -------
    lines
        Broken between words or Chinese letters, never before a stop.

    Examples
    --------
    >>> broken("Books overlap and are never added.", 20)
    ['Books overlap and', 'are never added.']
    >>> broken("各册互有重叠，不得相加。", 12)
    ['各册互有重', '叠，不得相', '加。']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_of(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may end: after blanks and around Chinese letters."""
    pieces: list[str] = []
    for letter in text:
        ends = not pieces or pieces[-1][-1] == " " or _is_wide(pieces[-1][-1])
        if pieces and (letter in _NO_BEGIN or not (ends or _is_wide(letter))):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _is_wide(letter: str) -> bool:
    return east_asian_width(letter) in "WF"
