"""An answer as the match page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zqland.constraints import ConstraintRule
from zqland.matching import Answer, Match, Part
from zqland.matching.near_misses import NearMiss
from zqland.needs import TOTAL_INVESTMENT, area_text
from zqland.text import Language
from zqland_api.pages.texts import PAGE_TEXTS

FIRST_REASONS = ("area_fit", "readiness")
"""Parts of the score whose facts are shown without a click."""


def result_of(
    answer: Answer,
    language: Language,
    *,
    map_address: str,
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Arrange an answer for the page.

    Parameters
    ----------
    answer
        The answer.
    language
        The reader's language.
    map_address
        Where its map is.
    names
        Names of the parcels by their numbers.
    """
    free, fit = f"{answer.free_count:,}", f"{answer.fit_count:,}"
    key = "fit_count" if answer.fit_count else "none_fit"
    headline = PAGE_TEXTS[key].format(free=free, fit=fit)
    shown = len(answer.matches)
    first = PAGE_TEXTS["shown_first"].format(shown=shown)
    stands_in = answer.need.investment_is_total
    return {
        "headline": headline.in_language(language),
        "window": _window(answer, language),
        "shown_first": first.in_language(language) if shown < answer.fit_count else "",
        "note": TOTAL_INVESTMENT.in_language(language) if stands_in else "",
        "map": map_address,
        "funnel": _funnel(answer, language),
        "matches": [_match(match, answer, language, names) for match in answer.matches],
        "near": [
            {
                **_place(near, answer, language, names),
                **_areas(near, answer, language),
                "relaxation": near.relaxation.in_language(language),
            }
            for near in answer.near_misses
        ],
    }


def _window(answer: Answer, language: Language) -> str:
    need = answer.need
    ends = (need.area_min_m2, need.area_max_m2)
    return " – ".join(area_text(end, answer.unit).in_language(language) for end in ends)


def _funnel(answer: Answer, language: Language) -> list[dict[str, Any]]:
    total = max(answer.free_count, 1)
    return [
        {
            "text": step.text.in_language(language),
            "left": f"{step.left:,}",
            "share": 100 * step.left / total,
        }
        for step in answer.funnel
        if step.removed
    ]


def _match(
    match: Match, answer: Answer, language: Language, names: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "rank": match.rank,
        **_place(match, answer, language, names),
        **_areas(match, answer, language),
        "score": f"{match.score:.1f}",
        "points": max(0.0, min(match.score, 100.0)),
        "handover": "–" if match.handover_on is None else match.handover_on.isoformat(),
        "reasons": [
            match.parts[key].text.in_language(language)
            for key in FIRST_REASONS
            if key in match.parts
        ],
        "indicators": [check.text.in_language(language) for check in match.indicators],
        "parts": [
            {
                "name": part.label.in_language(language),
                "points": _points(part),
                "text": part.text.in_language(language),
                "width": 0.0 if part.value is None else 100 * part.value,
            }
            for part in match.parts.values()
        ],
    }


def _areas(lot: Match | NearMiss, answer: Answer, language: Language) -> dict[str, Any]:
    """Write the total and the usable area, and what constraint layers concern."""
    # What a near miss would have to leave out is said by its relaxation.
    is_said = isinstance(lot, NearMiss) and lot.condition == "forbidden"
    told = [
        text.in_language(language)
        for one, text in zip(lot.overlaps, lot.constraints, strict=True)
        if not (is_said and one.rule is ConstraintRule.FORBID)
    ]
    usable = area_text(lot.usable_m2, answer.unit)
    text = PAGE_TEXTS["usable_value"].format(area=usable).in_language(language)
    return {
        "area": area_text(lot.area_m2, answer.unit).in_language(language),
        "usable": text if answer.is_constrained else "",
        "constraints": told,
    }


def _place(
    lot: Match | NearMiss, answer: Answer, language: Language, names: Mapping[str, str]
) -> dict[str, str]:
    name = names.get(lot.parcel_id, "")
    park = _park(lot.park_id, answer, language)
    place = [lot.parcel_id, park] if name else [park]
    return {
        "title": name or lot.parcel_id,
        "place": " · ".join(part for part in place if part),
    }


def _park(park_id: str, answer: Answer, language: Language) -> str:
    name = answer.park_names.get(park_id)
    return park_id if name is None else name.in_language(language)


def _points(part: Part) -> str:
    if part.value is None:
        return f"? / {part.weight:.0f}"
    return f"{part.value * part.weight:.0f} / {part.weight:.0f}"
