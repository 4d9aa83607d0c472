"""What the columns and codes of the store are called where people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland.catalogues import columns, load_catalogues
from zqland.quotas import KIND_TEXTS
from zqland.text import Language, Text
from zqland_geodata.store.deliveries import word
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DIGITS = 4
"""Decimals of figures that people read."""

SUBJECT_TEXTS = {
    "parcel": Text(en="parcel", zh="地块"),
    "park": Text(en="park", zh="园区"),
    "area": Text(en="area", zh="片区"),
}
"""What evidence is about."""

_LEVELS = {
    "national": Text(en="national", zh="国家级"),
    "provincial": Text(en="provincial", zh="省级"),
    "municipal": Text(en="municipal", zh="市级"),
}
_LINEAGE = {
    "split": Text(en="split", zh="分割"),
    "merge": Text(en="merger", zh="合并"),
    "correction": Text(en="correction of the boundary", zh="界址更正"),
}
_ENDED = {
    "released": Text(en="released", zh="解除"),
    "supplied": Text(en="turned into supply", zh="转为供地"),
}
_CITY = {"city": Text(en="whole city", zh="全市")}
_UNITS = {
    "m2": Text(en="m²", zh="平方米"),
    "m": Text(en="m", zh="米"),
    "wan yuan": Text(en="wan yuan", zh="万元"),
    "wan yuan/year": Text(en="wan yuan/year", zh="万元/年"),
    "wan yuan/mu": Text(en="wan yuan/mu", zh="万元/亩"),
    "wan yuan/mu/year": Text(en="wan yuan/mu/year", zh="万元/亩·年"),
    "MVA": Text(en="MVA", zh="MVA"),
    "m3/day": Text(en="m³/day", zh="立方米/日"),
    "m3/h": Text(en="m³/h", zh="立方米/小时"),
    "t/h": Text(en="t/h", zh="吨/小时"),
    "day": Text(en="days", zh="天"),
}
_SUBJECTS = ("parcel_id", "subject_id")
_HIDDEN = frozenset({"geometry", "home_geometry"})

_VALUE = Text(en="{name} {value}", zh="{name}：{value}")
_FIGURE = Text(en="{value} {unit}", zh="{value} {unit}")
_SHAPE = Text(en="boundary", zh="界址")


def code_texts() -> dict[tuple[str, str], Mapping[str, Text]]:
    """Give the words for codes.

    Returns
    -------
    words
        By table and column: the words by code.
    """
    catalogues = load_catalogues()
    rules = catalogues.readiness
    steps = {key: step.text for key, step in catalogues.approvals.steps.items()}
    return {
        ("parks", "level"): _LEVELS,
        ("evidence", "subject_kind"): SUBJECT_TEXTS,
        ("evidence", "item"): rules.item_texts,
        ("status_events", "status"): rules.status_texts,
        ("projects", "predicate"): rules.predicate_texts,
        ("targets", "predicate"): rules.predicate_texts,
        ("targets", "scope"): _CITY,
        ("quotas", "scope"): _CITY,
        ("quotas", "kind"): {str(key): text for key, text in KIND_TEXTS.items()},
        ("batch_steps", "step"): steps,
        ("lineage", "kind"): _LINEAGE,
        ("holds", "ended_as"): _ENDED,
    }


class Words:
    """Says the values of rows in one language.

    Parameters
    ----------
    language
        The reader's language.
    parcel_id
        The parcel that all of them are about, which is not said again.
    """

    def __init__(self, language: Language, parcel_id: str | None) -> None:
        self._language = language
        self._parcel_id = parcel_id
        self._codes = code_texts()
        rows = columns().to_dict("records")
        self._units = {
            (row["table"], row["column"]): _UNITS[row["unit"]]
            for row in rows
            if row["unit"] in _UNITS
        }

    def key(self, table: str, key: Sequence[object]) -> str:
        """Say what a row is named by.

        Parameters
        ----------
        table
            Name of the table.
        key
            The values of its key.
        """
        named = zip(RECORDS[table].key, key, strict=True)
        parts = [self._value(table, name, value) for name, value in named]
        return " / ".join(part.in_language(self._language) for part in parts)

    def line(self, table: str, values: Mapping[str, object]) -> str:
        """Say the values of a row in one line, shapes only that there is one.

        Parameters
        ----------
        table
            Name of the table.
        values
            Values by column; the key is left out.
        """
        parts = [
            _VALUE.format(name=word(table, name), value=self._value(table, name, value))
            for name, value in values.items()
            if not self._is_idle(table, name, value)
        ]
        if "home_geometry" in values:
            parts.append(_SHAPE)
        joint = "；" if self._language is Language.ZH else "; "
        return joint.join(part.in_language(self._language) for part in parts)

    def _value(self, table: str, name: str, value: object) -> Text:
        text = self._codes.get((table, name), {}).get(str(value))
        plain = _said(value)
        unit = self._units.get((table, name))
        if unit is not None:
            return _FIGURE.format(value=plain, unit=unit)
        return text or Text(en=plain, zh=plain)

    def _is_idle(self, table: str, name: str, value: object) -> bool:
        """Tell whether the reader sees it already, or it says nothing."""
        if value is None or name in RECORDS[table].key or name in _HIDDEN:
            return True
        if self._parcel_id is None:
            return False
        is_kind = name == "subject_kind" and value == "parcel"
        return is_kind or (name in _SUBJECTS and value == self._parcel_id)


def _said(value: object) -> str:
    if isinstance(value, float):
        return f"{round(value, DIGITS):.15g}"
    return str(value).replace("T00:00:00", "")
