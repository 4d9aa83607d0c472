"""Formulas of the yearbook: sums over its lists, each with the value that it has."""

from __future__ import annotations

from collections.abc import Iterable

from zqland_geodata.workbook.cells import Block, Formula

YES = "✓"
"""Mark of a parcel that stands in a book."""

NONE = "–"
"""Mark of a cell without a word: a parcel without a park, a status outside the book."""

_STEERING = frozenset("*?~")


def sum_if(
    block: Block, key: str, conditions: Iterable[tuple[str, str]], value: float
) -> Formula:
    """Add up a column where other columns meet conditions.

    Parameters
    ----------
    block
        The list.
    key
        Column that is added up.
    conditions
        Columns and what they shall be: a cell, or a text in quotes.
    value
        What it gives.
    """
    return Formula(f"={_sums(block, key, conditions)}", value)


def difference_if(
    block: Block,
    keys: tuple[str, str],
    conditions: Iterable[tuple[str, str]],
    value: float,
) -> Formula:
    """Add up a column less another where other columns meet conditions."""
    wanted = list(conditions)
    more, less = (_sums(block, key, wanted) for key in keys)
    return Formula(f"={more}-{less}", value)


def count_if(
    block: Block, conditions: Iterable[tuple[str, str]], value: float
) -> Formula:
    """Count the lines of a list that meet conditions."""
    return Formula(f"=COUNTIFS({_listed(block, conditions)})", value)


def quoted(text: str) -> str:
    """Write a text for a formula.

    Examples
    --------
    >>> quoted('5" pipe')
    '"5"" pipe"'
    """
    return '"' + text.replace('"', '""') + '"'


def can_be_found(texts: Iterable[str]) -> bool:
    """Tell whether conditions find each of some texts, and only that.

    Spreadsheets ignore case, take ``*``, ``?`` and ``~`` for wildcards, and ``<``,
    ``>`` and ``=`` in front for comparisons.

    Examples
    --------
    >>> can_be_found(["GXQ", "JJQ-DS"]), can_be_found(["A*"]), can_be_found(["a", "A"])
    (True, False, False)
    """
    found = list(dict.fromkeys(texts))
    steers = any(text[:1] in "<>=" or _STEERING & set(text) for text in found)
    return not steers and len({text.casefold() for text in found}) == len(found)


def _sums(block: Block, key: str, conditions: Iterable[tuple[str, str]]) -> str:
    return f"SUMIFS({block.range(key)},{_listed(block, conditions)})"


def _listed(block: Block, conditions: Iterable[tuple[str, str]]) -> str:
    return ",".join(f"{block.range(key)},{wanted}" for key, wanted in conditions)
