"""Names of records, parks and districts: tell them apart, and know them by words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings, places
from zqland_geodata.rawtable import rows_where
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


_BRACKETS = re.compile(r"[(（][^)）]*[)）]")


def unique_ids(
    ids: pd.Series[Any],
    row_places: Sequence[str],
    findings: list[Finding],
    *,
    field: str,
) -> list[str]:
    """Name every record, and tell records of the same name apart.

    Parameters
    ----------
    ids
        Identifiers as read, missing ones among them; the index is 0, 1 and so on.
    row_places
        Where each record stands in the file.
    findings
        New findings are put behind.
    field
        Name of the identifier.

    Returns
    -------
    unique
        The identifiers; ``#2``, ``#3`` … is put behind repeated ones, and a record
        without one is called after its place.

    Examples
    --------
    >>> unique_ids(pd.Series(["A", "A", "A#2"]), ["1", "2", "3"], [], field="id")
    ['A', 'A#3', 'A#2']
    """
    for row in rows_where(ids.isna()):
        place = row_places[row]
        findings.append(_NO_ID.finding(place, field, place=place, name=place))
    filled = ids.fillna(pd.Series(list(row_places), ids.index, dtype="str"))
    taken = set(filled)
    repeated = set(filled[filled.duplicated()])
    unique: list[str] = []
    counts: dict[str, int] = {}
    # One pass in order, because each new name must avoid all the others.
    for row, name in enumerate(filled):
        chosen = name
        if name in repeated:
            counts[name] = counts.get(name, 0) + 1
            if counts[name] > 1:
                chosen = _free_name(name, counts, taken)
                place = row_places[row]
                findings.append(
                    _TWICE.finding(chosen, field, name, place=place, name=chosen)
                )
        unique.append(chosen)
    return unique


def park_ids(words: pd.Series[Any]) -> pd.Series[Any]:
    """Return the ids of parks named in words; other texts stay as they are."""
    return _known(words, _park_words())


def district_codes(words: pd.Series[Any]) -> pd.Series[Any]:
    """Return the codes of districts named in words; other texts stay as they are."""
    return _known(words, _district_words())


def _known(words: pd.Series[Any], known: Mapping[str, str]) -> pd.Series[Any]:
    distinct = [word for word in words.unique() if isinstance(word, str)]
    meanings = {word: known.get(headings.plain(word), word) for word in distinct}
    return words.map(meanings).astype("str")


@lru_cache(maxsize=1)
def _park_words() -> dict[str, str]:
    parks = places.parks()
    found: dict[str, set[str]] = {}
    for park_id, name, name_en in parks[["name", "name_en"]].itertuples():
        for word in (park_id, name_en, *_spoken(str(name))):
            found.setdefault(headings.plain(word), set()).add(str(park_id))
    # A word that two parks share names neither.
    return {word: min(ids) for word, ids in found.items() if len(ids) == 1}


def _spoken(name: str) -> Iterator[str]:
    """Yield a name as it is written, and as it is said: one of two, no brackets."""
    for part in (name, *name.split("/")):
        yield part
        yield _BRACKETS.sub("", part)


@lru_cache(maxsize=1)
def _district_words() -> dict[str, str]:
    districts = places.districts()
    return {
        headings.plain(word): str(code)
        for code, name, name_en in districts[["name", "name_en"]].itertuples()
        for word in (code, name, str(name)[:-1], name_en)
    }


def _free_name(name: str, counts: dict[str, int], taken: set[str]) -> str:
    while f"{name}#{counts[name]}" in taken:
        counts[name] += 1
    chosen = f"{name}#{counts[name]}"
    taken.add(chosen)
    return chosen


_CALLED = Text(
    en="kept and called {name}; give it its own id",
    zh="保留，暂编号为 {name}；请改正编号",
)
_NO_ID = Rule(
    "id.missing",
    Severity.ERROR,
    Text(en="the record has no id", zh="该记录没有编号"),
    _CALLED,
)
_TWICE = Rule(
    "id.repeated",
    Severity.ERROR,
    Text(en="an earlier record has the same id", zh="编号与前面的记录重复"),
    _CALLED,
)
