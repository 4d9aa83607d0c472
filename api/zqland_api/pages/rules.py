"""The rules of matching as the match page explains them."""

from __future__ import annotations

from typing import Any

from zqland.text import Language, Text
from zqland_api.desk import Desk
from zqland_api.pages.texts import PAGE_TEXTS

_NEEDED = Text(en="as ready as needed", zh="所需条件")


def how_it_works(desk: Desk, language: Language) -> dict[str, Any]:
    """Say by which conditions and which score ground is found.

    Parameters
    ----------
    desk
        The desk, for its rules.
    language
        The reader's language.
    """
    rules = desk.catalogues.matching
    total = sum(part.weight for part in rules.parts.values())
    lead = PAGE_TEXTS["how_lead_time"].format(days=rules.supply_lead_days)
    return {
        "conditions": [
            rule.text.format(predicate=_NEEDED).in_language(language)
            for rule in rules.conditions
        ],
        "lead_time": lead.in_language(language),
        "parts": [
            {
                "name": part.text.in_language(language),
                "points": f"{100 * part.weight / total:.0f}",
                "width": 100 * part.weight / total,
            }
            for part in rules.parts.values()
        ],
    }
