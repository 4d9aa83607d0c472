"""Recognise what a column of a file is by its heading."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from zqland import catalogues
from zqland.quotas import KIND_TEXTS
from zqland.text import Text
from zqland_geodata import quantities
from zqland_geodata.errors import AmbiguousColumnError
from zqland_geodata.fieldmap import ColumnMap, known_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_UNIT = re.compile(r"(.*?)\s*[(\[【]([^()\[\]【】]+)[)\]】]")
_UNIT_WORD = re.compile(r"^(?:单位|units?)\s*[:为]?\s*", re.IGNORECASE)
_REPEATED = re.compile(r" \(\d{1,4}\)$")
_PER_MU = re.compile(r"亩均|每亩|permu|a mu")
_MARK = re.compile(r"[:/,;\s-]")
_FIGURES = frozenset({"number", "integer"})
_ROW_COUNTERS = frozenset({"序号", "编号", "no", "no."})


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the headings of a sheet or layer are.

    Attributes
    ----------
    columns
        Where each recognised column of the table comes from.
    unknown
        Headings that were not recognised, in their order.
    """

    columns: Mapping[str, ColumnMap]
    unknown: tuple[str, ...]


def plain(text: object) -> str:
    """Make headings and words comparable: width, case, spaces and marks."""
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    return re.sub(r"[\s_]+", "", folded).rstrip("*:")


def recognise(headings: Iterable[str], table: str) -> Recognised:
    """Recognise headings as columns of a table.

    Parameters
    ----------
    headings
        Headings as they stand in the file; a unit may follow in parentheses.
    table
        Table of ``columns.csv``.

    Returns
    -------
    recognised
        Sources by column, and the headings that are none.

    Raises
    ------
    AmbiguousColumnError
        Two headings are the same column.

    Examples
    --------
    >>> found = recognise(["项目编号", "用地面积（亩）", "备注"], "projects")
    >>> found.columns["area_ideal_m2"].unit, found.unknown
    ('亩', ('备注',))
    """
    columns: dict[str, ColumnMap] = {}
    unknown: list[str] = []
    for heading in headings:
        found = match(heading, table)
        if found is None:
            unknown.append(heading)
            continue
        key, unit = found
        if key in columns:
            first = columns[key].columns[0]
            if _counts_rows(heading):
                unknown.append(heading)
                continue
            if not _counts_rows(first):
                raise AmbiguousColumnError(_twice(first, heading, table, key))
            unknown.append(first)
        columns[key] = ColumnMap(columns=(heading,), unit=unit)
    return Recognised(columns, tuple(unknown))


def _counts_rows(heading: str) -> bool:
    """Tell a running number, which is an id only where nothing else is one."""
    return plain(_REPEATED.sub("", heading)) in _ROW_COUNTERS


def _twice(first: str, second: str, table: str, key: str) -> Text:
    rows = catalogues.columns()
    (row,) = rows[(rows["table"] == table) & (rows["column"] == key)].itertuples()
    name = Text(en=f"{row.en_name} ({key})", zh=str(row.zh_name))
    return _TWICE.format(first=first, second=second, key=name)


def match(heading: str, table: str) -> tuple[str, str] | None:
    """Return the column that a heading names, and the unit that it states.

    Parameters
    ----------
    heading
        Heading as it stands in the file.
    table
        Table of ``columns.csv``.

    Returns
    -------
    found
        Key of the column and unit as written (``""`` if none), or ``None``. The key
        itself as heading states the unit of the column, as in ``declared_m2``.
    """
    known = known_columns(table)
    words = _words(table)
    heading = _REPEATED.sub("", heading.strip())
    whole = plain(heading)
    if heading in known:
        return heading, _own_unit(known[heading])
    if whole in words:
        return words[whole], _counted_unit(known[words[whole]])
    word, stated = _divided(heading)
    if plain(word) in words:
        key = words[plain(word)]
        kind, unit = known[key]
        stated = _per_mu(word, stated, unit)
        # An unknown unit is handed on: the reader of the column refuses it by name.
        is_stated = kind in _FIGURES and (unit or quantities.is_unit(stated, unit))
        return key, stated if is_stated else ""
    return _with_unit_behind(heading, words, known)


def _divided(heading: str) -> tuple[str, str]:
    """Return a heading and what stands in parentheses behind it."""
    text = unicodedata.normalize("NFKC", heading).rstrip("*: ")
    parts = _UNIT.fullmatch(text)
    if parts is None:
        return text, ""
    return parts[1], _UNIT_WORD.sub("", parts[2].strip())


def _per_mu(word: str, stated: str, unit: str) -> str:
    """Return the whole unit where the heading says "per mu" in words."""
    is_per_area = unit.startswith("wan yuan/mu")
    if is_per_area and _PER_MU.search(plain(word)) and _is_money(stated):
        return f"{stated}/亩"
    return stated


def _is_money(text: str) -> bool:
    return quantities.is_unit(text, "wan yuan")


def _with_unit_behind(
    heading: str, words: Mapping[str, str], known: Mapping[str, tuple[str, str]]
) -> tuple[str, str] | None:
    """Recognise a unit without parentheses: ``用地面积:亩``, ``用地面积/亩``."""
    text = unicodedata.normalize("NFKC", heading).strip()
    for match in _MARK.finditer(text):
        key = words.get(plain(text[: match.start()]))
        stated = _UNIT_WORD.sub("", text[match.end() :].strip())
        kind, unit = known[key] if key else ("", "")
        if key and kind in _FIGURES and quantities.is_unit(stated, unit):
            return key, stated
    return None


def words_of(column: str) -> dict[str, str]:
    """Return what each known word for a value of a column means.

    Parameters
    ----------
    column
        Column of ``columns.csv`` with choices, or ``lists``.

    Returns
    -------
    words
        Choice by word: the choice itself, the words of the catalogues, aliases.
    """
    labels = labels_of(column)
    aliases = _aliases()["words"].get(column, {})
    return {
        plain(word): choice
        for choice in {**labels, **aliases}
        for word in (choice, *_said(labels.get(choice)), *aliases.get(choice, ()))
    }


def labels_of(column: str) -> Mapping[str, Text]:
    """Return the words of the catalogues for the choices of a column.

    Parameters
    ----------
    column
        Column of ``columns.csv``.

    Returns
    -------
    labels
        Words by choice; empty where the catalogues have none.
    """
    return _labels().get(column, {})


def _said(text: Text | None) -> tuple[str, ...]:
    return () if text is None else (text.zh, text.en)


def _own_unit(column: tuple[str, str]) -> str:
    kind, unit = column
    return unit if kind in _FIGURES else ""


def _counted_unit(column: tuple[str, str]) -> str:
    """Return the unit of a count: its names say what is counted, as 扣除天数 does."""
    kind, unit = column
    return unit if kind == "integer" and quantities.is_unit(unit, unit) else ""


@lru_cache(maxsize=16)
def _words(table: str) -> dict[str, str]:
    rows = catalogues.columns()
    rows = rows[rows["table"] == table]
    known = known_columns(table)
    names = {
        plain(name): str(key)
        for key, zh, en in zip(
            rows["column"], rows["zh_name"], rows["en_name"], strict=True
        )
        if key in known
        for name in (key, zh, en)
    }
    aliases = {
        plain(alias): key
        for key, words in _aliases().get(table, {}).items()
        for alias in (key, *words)
    }
    return aliases | names


@lru_cache(maxsize=1)
def _labels() -> dict[str, Mapping[str, Text]]:
    rules = catalogues.load_catalogues()
    return {
        "status": rules.readiness.status_texts,
        "predicate": rules.readiness.predicate_texts,
        "land_class": rules.class_texts,
        "kind": {str(kind): text for kind, text in KIND_TEXTS.items()},
    }


@lru_cache(maxsize=1)
def _aliases() -> dict[str, Any]:
    source = files("zqland_geodata") / "data" / "headings.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


_TWICE = Text(
    en="The columns “{first}” and “{second}” both read as {key}. Name the right one in "
    "a field map, or rename the other.",
    zh="“{first}”与“{second}”两列都被识别为“{key}”。请在字段映射中指明，或改名其一。",
)
