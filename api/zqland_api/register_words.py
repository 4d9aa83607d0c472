"""What a sheet changes in a register, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from zqland.text import Language, Text
from zqland_api.store_words import Words
from zqland_geodata.store import records
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zqland_geodata.store.registering import Registration

MOST: Final = 8
"""How many changes of a kind are told one by one."""

_COUNTS = Text(
    en="{word}: {added} new, {changed} changed, {unchanged} unchanged.",
    zh="{word}：新增 {added}，变更 {changed}，不变 {unchanged}。",
)
_NEW = Text(en="{word} {key} is new.", zh="新增{word} {key}。")
_CHANGED = Text(
    en="{word} {key}: {before} becomes {after}.",
    zh="{word} {key}：{before} 改为 {after}。",
)
_NOTHING = Text(en="nothing", zh="（空）")
_MORE = Text(en="… and {count} more.", zh="……另有 {count} 条。")


def sentences(
    registration: Registration, language: Language, *, most: int = MOST
) -> list[Text]:
    """Say what is new, what changes, and how much stays as it is.

    Parameters
    ----------
    registration
        What a sheet changes.
    language
        The reader's language, for the values.
    most
        How many sentences per kind of change.

    Returns
    -------
    sentences
        The counts first.
    """
    word = RECORDS[registration.name].word
    counts = _COUNTS.format(
        word=word,
        added=len(registration.diff.added),
        changed=len(registration.diff.changed),
        unchanged=registration.unchanged,
    )
    said = [counts]
    for kind in (_new(registration, language), _changes(registration, language)):
        told = list(kind)
        said += told[:most]
        if len(told) > most:
            said.append(_MORE.format(count=f"{len(told) - most:,}"))
    return said


def _new(registration: Registration, language: Language) -> Iterator[Text]:
    record, words = RECORDS[registration.name], Words(language, None)
    for key in records.keys_of(record, registration.diff.added):
        yield _NEW.format(word=record.word, key=words.key(record.name, key))


def _changes(registration: Registration, language: Language) -> Iterator[Text]:
    """Say of each row which values change, and to what."""
    record, words = RECORDS[registration.name], Words(language, None)
    diff = registration.diff
    keys = records.keys_of(record, diff.changed)
    names = [" / ".join(map(str, key)) for key in keys]
    cells = dict(list(diff.cells.groupby("key", sort=False)))
    for key, name in zip(keys, names, strict=True):
        sides = {
            side: words.line(
                record.name,
                {
                    str(column): _plain(value)
                    for column, value in zip(
                        cells[name]["column"], cells[name][side], strict=True
                    )
                },
            )
            for side in ("before", "after")
        }
        yield _CHANGED.format(
            word=record.word,
            key=words.key(record.name, key),
            **{side: line or _NOTHING for side, line in sides.items()},
        )


def _plain(value: object) -> object:
    """Give a value as a row of the store holds it."""
    if pd.isna(value):  # type: ignore[call-overload] # any scalar
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value
