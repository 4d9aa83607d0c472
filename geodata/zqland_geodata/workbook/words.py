"""The words and units that all sheets of a workbook share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from zqland.areas import METHOD_TEXTS, Method
from zqland.text import Language, Text
from zqland.units import UNIT_TEXTS, Unit, from_m2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zqland.catalogues import Catalogues
    from zqland.reserve import ReserveState

Figure = TypeVar("Figure", float, "pd.Series[float]")

_FOUR_DECIMALS = frozenset({Unit.HA, Unit.KM2})


@dataclass(frozen=True, slots=True)
class Words:
    """Words for codes, in one language, and the unit of areas.

    Attributes
    ----------
    language
        The language.
    unit
        Unit of all areas.
    ledger, targets
        Area methods of the books and of the targets.
    parks
        Names of the parks by code.
    stages, statuses, items, predicates, sets
        Words by key.
    conditions
        Keys of the conditions of matching, in the order of the funnel.
    """

    language: Language
    unit: Unit
    ledger: Method
    targets: Method
    parks: Mapping[str, str]
    stages: Mapping[str, str]
    statuses: Mapping[str, str]
    items: Mapping[str, str]
    predicates: Mapping[str, Text]
    sets: Mapping[str, str]
    conditions: tuple[str, ...]

    @classmethod
    def of(
        cls,
        state: ReserveState,
        *,
        catalogues: Catalogues,
        language: Language | str,
        unit: Unit,
    ) -> Words:
        """Collect the words of the catalogues and the names of the parks."""
        chosen = Language(language)
        rules = catalogues.readiness
        parks = state.reserve.parks
        names = parks["name"]
        if chosen is Language.EN and "name_en" in parks:
            names = parks["name_en"].fillna(names)

        def said(texts: Mapping[str, Text]) -> dict[str, str]:
            return {key: text.in_language(chosen) for key, text in texts.items()}

        return cls(
            language=chosen,
            unit=unit,
            ledger=catalogues.bases["ledger"],
            targets=catalogues.bases["targets"],
            parks={str(key): str(name) for key, name in names.items()},
            stages=said(rules.stage_texts),
            statuses=said(rules.status_texts),
            items=said(rules.item_texts),
            predicates=rules.predicate_texts,
            sets=said(rules.set_texts),
            conditions=tuple(rule.key for rule in catalogues.matching.conditions),
        )

    @property
    def area_kind(self) -> str:
        """Return the kind of column for areas in the unit."""
        return "hectares" if self.unit in _FOUR_DECIMALS else "area"

    def area(self, value_m2: Figure) -> Figure:
        """Bring square metres to the unit of the book."""
        return from_m2(value_m2, self.unit)

    def heading(self, text: Text, *, method: Method | None = None) -> Text:
        """Put the unit, and the method if there is one, behind a heading."""
        unit = UNIT_TEXTS[self.unit]
        if method is None:
            return Text(en=f"{text.en} ({unit.en})", zh=f"{text.zh}（{unit.zh}）")
        name = METHOD_TEXTS[method]
        return Text(
            en=f"{text.en}, {name.en} ({unit.en})",
            zh=f"{text.zh}·{name.zh}（{unit.zh}）",
        )

    def listed(self, keys: object, names: Mapping[str, str]) -> str:
        """Join the words for some keys."""
        if not isinstance(keys, tuple | list):
            return ""
        mark = "、" if self.language is Language.ZH else ", "
        return mark.join(names.get(str(key), str(key)) for key in keys)


def named(keys: Iterable[object], names: Mapping[str, str]) -> list[str]:
    """Return the word for each key; a key without one stands for itself."""
    return [
        "" if pd.isna(key) else names.get(str(key), str(key))  # type: ignore[call-overload] # one key
        for key in keys
    ]
