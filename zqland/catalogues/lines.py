"""Find the lines on which the entries of a TOML file stand.

The parser of the standard library does not tell where a value came from.
"""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

EntryPath: TypeAlias = tuple[str | int, ...]
"""Where an entry stands: names of tables and keys, and numbers of array entries."""

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")


def locate(rows: tuple[str, ...]) -> dict[EntryPath, tuple[int, int]]:
    """Find the lines of all tables and keys of a text that is valid TOML.

    Parameters
    ----------
    rows
        The lines of the text.

    Returns
    -------
    lines
        First and last line of each entry, counted from 1.

    Examples
    --------
    >>> locate(("[supply]", "days = 30"))
    {('supply',): (1, 1), ('supply', 'days'): (2, 2)}
    """
    lines: dict[EntryPath, tuple[int, int]] = {}
    counts: dict[EntryPath, int] = {}
    table: EntryPath = ()
    number = 0
    while number < len(rows):
        header, assignment = (
            _HEADER.match(rows[number]),
            _ASSIGNMENT.match(rows[number]),
        )
        last = number
        if header:
            table = _table_path(_parts(header[2]), counts, is_row=header[1] == "[[")
            _note(lines, table, 0, (number + 1, number + 1))
        elif assignment:
            last = _last_row(rows, number, assignment.end())
            path = (*table, *_parts(assignment[1]))
            _note(lines, path, len(table), (number + 1, last + 1))
        number = last + 1
    return lines


def _note(
    lines: dict[EntryPath, tuple[int, int]],
    path: EntryPath,
    known: int,
    span: tuple[int, int],
) -> None:
    """Note an entry, and the tables that it opens by a dotted name."""
    for size in range(known + 1, len(path) + 1):
        lines.setdefault(path[:size], span)


def _table_path(
    names: tuple[str, ...], counts: dict[EntryPath, int], *, is_row: bool
) -> EntryPath:
    """Insert the number of the current row behind every name of an array of tables."""
    path: EntryPath = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if is_row and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _last_row(rows: tuple[str, ...], first: int, column: int) -> int:
    """Find where a value ends: where it alone is valid TOML."""
    value = rows[first][column:]
    last = first
    while True:
        try:
            tomllib.loads(f"value = {value}")
        except tomllib.TOMLDecodeError:
            last += 1
            value = f"{value}\n{rows[last]}"
        else:
            return last


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))
