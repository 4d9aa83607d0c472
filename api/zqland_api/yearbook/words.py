"""The words of the books: scopes, books, kinds and sides, as an office says them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from zqland.ledger import CITY, KIND_TEXTS
from zqland.readiness import ReadinessRules
from zqland.text import Text
from zqland_geodata import places

ALL_LAND = Text(en="All land", zh="全部土地")
EVERY_STATUS = Text(en="Whole book", zh="全册")

SIDE_TEXTS: Mapping[str, Text] = {
    "opening": Text(en="Opening", zh="期初"),
    "in": Text(en="In", zh="增加"),
    "out": Text(en="Out", zh="减少"),
    "reshaped": Text(en="Reshaped", zh="分合更正差"),
    "closing": Text(en="Closing", zh="期末"),
    "within": Text(en="Within", zh="册内变动"),
}
"""The sides of a balance, and of what moved within a book."""

KIND_WORDS: Mapping[str, Text] = {str(kind): text for kind, text in KIND_TEXTS.items()}
"""The kinds of movement by their keys."""

SCENARIO_TEXTS: Mapping[str, Text] = {
    "low": Text(en="Low", zh="低"),
    "planned": Text(en="As planned", zh="按计划"),
    "high": Text(en="High", zh="高"),
}
"""The ends and the middle of a forecast."""

_LEVELS = {
    "national": Text(en="national", zh="国家级"),
    "provincial": Text(en="provincial", zh="省级"),
    "municipal": Text(en="municipal", zh="市级"),
}
_OF_LEVEL = Text(en="parks of {level} level", zh="{level}园区")
_AND_UP = Text(en="parks of {level} level and higher", zh="{level}及以上园区")
_CITY = Text(en="whole city", zh="全市")


def book_words(rules: ReadinessRules) -> dict[str, Text]:
    """Name the books by their keys.

    Parameters
    ----------
    rules
        The rules of readiness, for the names of predicates.
    """
    return {"all": ALL_LAND, **rules.predicate_texts}


def status_words(rules: ReadinessRules) -> dict[str, Text]:
    """Name the statuses by their keys, and the row that holds all of them."""
    return {"all": EVERY_STATUS, **rules.status_texts}


def park_words(parks: pd.DataFrame) -> dict[str, Text]:
    """Name the parks by their codes.

    Parameters
    ----------
    parks
        The parks.
    """
    english = (
        parks["name_en"].fillna(parks["name"]) if "name_en" in parks else parks["name"]
    )
    return {
        str(key): Text(en=str(en), zh=str(zh))
        for key, zh, en in zip(parks.index, parks["name"], english, strict=True)
    }


def scope_text(scope: str, parks: pd.DataFrame) -> Text:
    """Name a scope.

    Parameters
    ----------
    scope
        As of `zqland.ledger.scopes`.
    parks
        The parks.

    Returns
    -------
    text
        Its name; its key where nothing has that name.

    Examples
    --------
    >>> scope_text("level:provincial+", pd.DataFrame({"name": []})).en
    'parks of provincial level and higher'
    """
    kind, _, name = scope.rpartition(":")
    if scope == CITY:
        return _CITY
    if kind == "level":
        level = name.removesuffix("+")
        text = _AND_UP if name.endswith("+") else _OF_LEVEL
        return text.format(level=_LEVELS.get(level, Text(en=level, zh=level)))
    known = {**district_words(), **park_words(parks)}
    return known.get(name, Text(en=scope, zh=scope))


def district_words() -> dict[str, Text]:
    """Name the districts by their codes."""
    table = places.districts()
    return {
        str(code): Text(en=str(en), zh=str(zh))
        for code, zh, en in zip(
            table.index, table["name"], table["name_en"], strict=True
        )
    }
