"""Recognise items of evidence by the words that offices use for them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zqland.errors import UnitError
from zqland.text import Text
from zqland_geodata.errors import FieldMapError
from zqland_geodata.headings import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zqland.readiness.rules import Item, ReadinessRules

_ROLES = {
    "done_on": ("完成", "完成日期", "完成时间", "done", "done on"),
    "due_on": ("计划", "计划日期", "预计", "完成时限", "due", "due on", "planned"),
    "expires_on": ("有效期", "有效期至", "到期", "到期日期", "expires", "valid until"),
    "value": ("数值", "容量", "value"),
}
_ROLE_OF = {plain(word): role for role, words in _ROLES.items() for word in words}
_PARTS = re.compile(r"(.+?)\s*\(([^()]+)\)")


@dataclass(frozen=True, slots=True)
class Role:
    """What the cells of an item's column are.

    Attributes
    ----------
    item
        Key of the item.
    column
        ``done_on``, ``due_on``, ``expires_on`` or ``value``.
    unit
        Unit of values, if the heading states one.
    """

    item: str
    column: str = "done_on"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ItemWords:
    """The words for items: key, Chinese, English, aliases and those of a field map.

    Attributes
    ----------
    items
        The catalogue of items.
    keys
        Key by word, without spaces and case.
    """

    items: Mapping[str, Item]
    keys: Mapping[str, str]

    @classmethod
    def of(cls, rules: ReadinessRules, own: Mapping[str, str], name: str) -> ItemWords:
        """Collect the words.

        Parameters
        ----------
        rules
            The rules of readiness with their catalogue of items.
        own
            Words of a field map, each with the key of its item.
        name
            Name of the field map, for messages.

        Returns
        -------
        words
            Words of the field map go before those of the catalogue.

        Raises
        ------
        FieldMapError
            The field map names an item that the catalogue does not have.
        """
        for word, key in own.items():
            if key not in rules.items:
                known = ", ".join(rules.items)
                raise FieldMapError(
                    _NO_ITEM.format(name=name, word=word, key=key, known=known)
                )
        keys: dict[str, str] = {}
        for item in rules.items.values():
            for word in (item.key, item.text.zh, item.text.en, *item.aliases):
                keys.setdefault(plain(word), item.key)
        return cls(rules.items, keys | {plain(word): key for word, key in own.items()})

    def item(self, word: str) -> str | None:
        """Return the key of an item named by a word."""
        return self.keys.get(plain(word))

    def heading(self, heading: str) -> Role | None:
        """Return what the column under a heading says, or None if it is no item.

        Parameters
        ----------
        heading
            Word for an item; in parentheses may follow what the cells are, or the
            unit of values.

        Returns
        -------
        role
            Item and role.
        """
        key = self.item(heading)
        if key is not None:
            return Role(key)
        parts = _PARTS.fullmatch(unicodedata.normalize("NFKC", heading).strip())
        key = self.item(parts[1]) if parts else None
        if parts is None or key is None:
            return None
        column = _ROLE_OF.get(plain(parts[2]))
        if column is not None:
            return Role(key, column)
        try:
            self.factor(key, parts[2])
        except UnitError:
            return None
        return Role(key, "value", parts[2])

    def factor(self, key: str, unit: str) -> float:
        """Return the factor from a unit as written to the unit of an item.

        Parameters
        ----------
        key
            Key of the item.
        unit
            Unit as written; ``""`` means that of the item.

        Returns
        -------
        factor
            Positive.

        Raises
        ------
        UnitError
            The item has no values in such a unit; the message lists the known units.
        """
        item = self.items[key]
        known = {item.unit: 1.0} | dict(item.factors) if item.unit else {}
        factors = {plain(word): factor for word, factor in known.items()}
        if unit == "":
            return 1.0
        if plain(unit) not in factors:
            raise UnitError(
                _NO_UNIT.format(
                    unit=unit, item=item.text, known=", ".join(known) or "–"
                )
            )
        return factors[plain(unit)]


_NO_ITEM = Text(
    en="{name}: “{word}” is mapped to the item {key}, which is unknown; known are "
    "{known}.",
    zh="{name}：“{word}”映射到未知事项 {key}；可用：{known}。",
)
_NO_UNIT = Text(
    en="“{unit}” is no unit for {item}; known are {known}",
    zh="“{unit}”不是{item}的单位；可用：{known}",
)
