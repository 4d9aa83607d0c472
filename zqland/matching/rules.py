"""The rules of matching, read from the catalogue ``matching.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zqland.needs import PREDICATES
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from zqland.catalogues.document import CatalogueDocument, Section

AREA_CONDITIONS: Final = ("area_min", "area_max")
"""Conditions on the area alone: binary searches in a snapshot sorted by area."""

CONDITIONS: Final = (
    *AREA_CONDITIONS,
    "forbidden",
    "ready_in_time",
    "land_class",
    "park",
    "power",
    "water",
    "gas",
    "steam",
    "sewage",
    "promise",
)
"""All hard conditions; the catalogue chooses their order and may leave some out."""

PARTS: Final = (
    "area_fit",
    "readiness",
    "utilities",
    "sectors",
    "price",
    "shape",
    "distance",
    "preferred",
)
"""All parts of the score; the catalogue may leave some out."""

JUDGED_ON: Final = ("usable", "total")
"""The areas on which lots can be judged."""

_SCALED_PARTS: Final = ("price", "shape", "distance")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRule:
    """One hard condition.

    Attributes
    ----------
    key
        One of `CONDITIONS`.
    text
        Words of the funnel; ``{predicate}`` stands for the needed predicate.
    tolerance
        Shortfall that counts as one in the ranking of near misses; None where the
        condition is never relaxed. Areas, forbidden ground and promise: a share;
        readiness: days; utilities: the unit of the utility; others: steps.
    step_tolerance
        Steps down the order of the predicates that count as one (readiness only).
    unknown_fails
        Whether a figure that is not known fails the condition.
    source
        Where the rule comes from.
    """

    key: str
    text: Text
    tolerance: float | None
    step_tolerance: float | None
    unknown_fails: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRule:
    """One part of the score.

    Attributes
    ----------
    key
        One of `PARTS`.
    text
        Name of the part.
    weight
        Points of the part before parts that are not asked for are left out.
    best
        Figure that scores 1; its unit depends on the part.
    worst
        Figure that scores 0.
    source
        Where the weight comes from.
    """

    key: str
    text: Text
    weight: float
    best: float
    worst: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingRules:
    """How needs are matched to parcels.

    Attributes
    ----------
    judged_on
        ``usable`` or ``total``: the area on which lots are judged where constraint
        layers take ground away.
    window_below, window_above
        Shares by which a single figure becomes a window.
    predicate
        Predicate that a need asks for where it does not say.
    supply_lead_days
        Days from ready ground to ground in hand: listing and contract.
    conditions
        Hard conditions in the order of the funnel.
    near_multiple
        Tolerances beyond which a shortfall is no near miss.
    near_unknown_ratio
        Rank of a near miss that only has to be confirmed.
    score_unknown
        What an unknown part of the score counts, from 0 to 1.
    parts
        Parts of the score.
    """

    judged_on: str
    window_below: float
    window_above: float
    predicate: str
    supply_lead_days: int
    conditions: tuple[ConditionRule, ...]
    near_multiple: float
    near_unknown_ratio: float
    score_unknown: float
    parts: Mapping[str, PartRule]


def parse(document: CatalogueDocument) -> MatchingRules:
    """Read the rules of matching from their catalogue.

    Parameters
    ----------
    document
        The parsed file ``matching.toml``.

    Returns
    -------
    rules
        The rules.

    Raises
    ------
    CatalogueError
        An entry is missing, unknown or out of range; the message names the line.
    """
    root = document.root.allow(
        "area", "need", "handover", "conditions", "near_misses", "score", "parts"
    )
    area = root.section("area").allow("judged_on", "source")
    area.source()
    need = root.section("need")
    need.allow("window_below", "window_above", "predicate", "source").source()
    handover = root.section("handover").allow("supply_lead_days", "source")
    handover.source()
    near = root.section("near_misses").allow("multiple", "unknown_ratio", "source")
    near.source()
    score = root.section("score").allow("unknown", "source")
    score.source()
    return MatchingRules(
        judged_on=area.choice("judged_on", JUDGED_ON),
        window_below=need.number("window_below", minimum=0, maximum=1),
        window_above=need.number("window_above", minimum=0),
        predicate=need.choice("predicate", PREDICATES),
        supply_lead_days=handover.integer("supply_lead_days", minimum=0),
        conditions=_conditions(root),
        near_multiple=near.number("multiple", minimum=0),
        near_unknown_ratio=near.number("unknown_ratio", minimum=0),
        score_unknown=score.number("unknown", minimum=0, maximum=1),
        parts=_parts(root),
    )


def _conditions(root: Section) -> tuple[ConditionRule, ...]:
    rules: dict[str, ConditionRule] = {}
    for row in root.rows("conditions"):
        key = _new_key(row, CONDITIONS, rules)
        rules[key] = _condition(row, key)
    return tuple(rules.values())


def _condition(row: Section, key: str) -> ConditionRule:
    ready = key == "ready_in_time"
    row.allow(
        "key",
        "zh",
        "en",
        "tolerance",
        "unknown",
        "source",
        *(("step_tolerance",) if ready else ()),
    )
    unknown = row.choice("unknown", ("fail", "pass"), default="fail")
    return ConditionRule(
        key=key,
        text=row.label(),
        tolerance=_tolerance(row, "tolerance"),
        step_tolerance=_tolerance(row, "step_tolerance") if ready else None,
        unknown_fails=unknown == "fail",
        source=row.source(),
    )


def _tolerance(row: Section, key: str) -> float | None:
    return row.number(key, minimum=1e-6) if key in row else None


def _parts(root: Section) -> dict[str, PartRule]:
    rules: dict[str, PartRule] = {}
    for row in root.rows("parts"):
        key = _new_key(row, PARTS, rules)
        rules[key] = _part(row, key)
    if not sum(rule.weight for rule in rules.values()) > 0:
        raise root.fault(
            Text(
                en="no part of the score has a weight; at least one needs some.",
                zh="评分各项均无权重；至少一项应大于零。",
            ),
            "parts",
        )
    return rules


def _part(row: Section, key: str) -> PartRule:
    scaled = key in _SCALED_PARTS
    figures = {
        "readiness": ("best",),
        "utilities": ("best",),
        "price": ("best", "worst"),
        "shape": ("best", "worst"),
        "distance": ("best", "worst", "layer_zh", "layer_en"),
    }.get(key, ())
    row.allow("key", "zh", "en", "weight", "source", *figures)
    best = row.number("best", minimum=0 if scaled else 1e-6) if figures else 1.0
    worst = row.number("worst", minimum=0) if scaled else 0.0
    if best == worst:
        raise row.fault(
            Text(
                en="best and worst are both {best}; they must differ.",
                zh="best 与 worst 同为{best}；两者必须不同。",
            ).format(best=best),
            "worst",
        )
    text = row.label()
    if key == "distance":
        text = text.format(layer=Text(en=row.text("layer_en"), zh=row.text("layer_zh")))
    return PartRule(
        key=key,
        text=text,
        weight=row.number("weight", minimum=0),
        best=best,
        worst=worst,
        source=row.source(),
    )


def _new_key(row: Section, choices: Collection[str], seen: Collection[str]) -> str:
    key = row.choice("key", choices)
    if key in seen:
        raise row.fault(
            Text(
                en="{key} stands there twice; keep one.",
                zh="{key} 重复出现；请保留一项。",
            ).format(key=key),
            "key",
        )
    return key
