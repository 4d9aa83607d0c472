"""Parcels that fail exactly one condition, and the one relaxation that admits each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from zqland.constraints import ConstraintRule, ground_text
from zqland.matching.amounts import (
    PREDICATE_TEXTS,
    UTILITY_TEXTS,
    UTILITY_UNITS,
    days_text,
    figure_text,
    more_text,
)
from zqland.matching.conditions import Capacity, ReadyInTime, near_ratio
from zqland.matching.indicators import carried_m2, missing_promise
from zqland.matching.score import DIGITS, first
from zqland.needs import PREDICATES, area_text
from zqland.text import Text
from zqland.units import round_half_up

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from zqland.constraints import Overlap
    from zqland.matching.conditions import Condition
    from zqland.matching.reasons import Reasons
    from zqland.matching.sieve import Sifted
    from zqland.matching.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A parcel that would do if one thing were given up.

    Attributes
    ----------
    rank
        Place among the near misses, from 1.
    parcel_id, park_id
        Which parcel, and where.
    area_m2, usable_m2
        Its area on the basis of the answer, square metres: all of it, and that without
        forbidden and deducted ground.
    condition
        Key of the condition that it fails.
    shortfall
        By how much: a share (areas, forbidden ground, promise), days or steps
        (readiness), the unit of the utility, steps (class, park); None where the figure
        is not known.
    tolerance
        Shortfall that counts as one, in the same unit.
    ratio
        Shortfall over tolerance: the order of the near misses.
    relaxation
        What would admit it.
    overlaps, constraints
        What constraint layers concern of it, as figures and as sentences.
    """

    rank: int
    parcel_id: str
    park_id: str
    area_m2: float
    usable_m2: float
    condition: str
    shortfall: float | None
    tolerance: float
    ratio: float
    relaxation: Text
    overlaps: tuple[Overlap, ...] = ()
    constraints: tuple[Text, ...] = ()


def rank(
    sifted: Sifted, conditions: Sequence[Condition], snapshot: Snapshot, *, top: int
) -> tuple[list[tuple[int, Condition, float]], int]:
    """Rank the parcels that fail one condition, the smallest shortfall first.

    Parameters
    ----------
    sifted
        What the conditions left.
    conditions
        The conditions, in the order in which they were counted.
    snapshot
        The parcels.
    top
        How many are wanted.

    Returns
    -------
    ranked
        Row, condition and ratio; ties by identifier.
    count
        How many parcels are near misses, listed or not.
    """
    rules = snapshot.rules
    kept_rows: list[NDArray[np.intp]] = [np.empty(0, dtype=np.intp)]
    kept_ratios: list[NDArray[np.float64]] = [np.empty(0)]
    kept_places: list[NDArray[np.intp]] = [np.empty(0, dtype=np.intp)]
    for place, condition in enumerate(conditions):
        rows = sifted.misses[sifted.failed == place]
        ratio = near_ratio(condition, rows, rules).round(DIGITS)
        near = np.flatnonzero(ratio <= rules.near_multiple)
        kept_rows.append(rows[near])
        kept_ratios.append(ratio[near])
        kept_places.append(np.full(len(near), place, dtype=np.intp))
    rows, ratios = np.concatenate(kept_rows), np.concatenate(kept_ratios)
    places = np.concatenate(kept_places)
    order = first(ratios, rows, snapshot.id_rank, top)
    ranked = [
        (int(rows[at]), conditions[int(places[at])], float(ratios[at])) for at in order
    ]
    return ranked, len(rows)


def explain(
    number: int, row: int, condition: Condition, ratio: float, reasons: Reasons
) -> NearMiss:
    """Say which one relaxation admits a parcel.

    Parameters
    ----------
    number
        Place among the near misses, from 1.
    row
        Row of the snapshot.
    condition
        The condition that it fails.
    ratio
        Shortfall over tolerance.
    reasons
        The facts of the need and the snapshot.

    Returns
    -------
    near_miss
        The parcel and its relaxation.
    """
    snapshot = reasons.snapshot
    shortfall, tolerance, text = _relaxation(row, condition, reasons)
    return NearMiss(
        rank=number,
        parcel_id=str(snapshot.parcel_id[row]),
        park_id=snapshot.park_id(row),
        area_m2=float(snapshot.total_m2[row]),
        usable_m2=float(snapshot.usable_m2[row]),
        condition=condition.rule.key,
        shortfall=shortfall,
        tolerance=tolerance,
        ratio=ratio,
        relaxation=text,
        overlaps=snapshot.overlaps(row),
        constraints=reasons.constraints(row),
    )


_Relaxation = tuple[float | None, float, Text]


def _relaxation(row: int, condition: Condition, reasons: Reasons) -> _Relaxation:
    rows = np.array([row])
    tolerance = condition.rule.tolerance or 1.0
    if isinstance(condition, ReadyInTime):
        return _ready(rows, condition, reasons)
    if bool(condition.unknown(rows)[0]):
        return None, tolerance, _confirmation(row, condition, reasons)
    shortfall = float(condition.ratio(rows)[0]) * tolerance
    makers = {
        "area_min": _smaller,
        "area_max": _larger,
        "forbidden": _left_out,
        "land_class": _land_class,
        "park": _park,
        "promise": _promise,
    }
    if isinstance(condition, Capacity):
        return shortfall, tolerance, _capacity(row, condition, reasons)
    return shortfall, tolerance, makers[condition.rule.key](row, reasons)


def _ready(
    rows: NDArray[np.intp], condition: ReadyInTime, reasons: Reasons
) -> _Relaxation:
    days = float(condition.missing_days(rows)[0])
    steps, step_ratio = condition.steps(rows)
    tolerance = condition.rule.tolerance
    if tolerance is not None and days / tolerance <= step_ratio[0]:
        _, handover = reasons.handover(int(rows[0]))
        if bool(condition.lapses(rows)[0]):
            text = _RENEWAL.format(
                predicate=PREDICATE_TEXTS[condition.predicate],
                until=reasons.lapse(int(rows[0])),
                handover=handover,
            )
        else:
            text = _waiting_text(int(days), handover)
        return days, tolerance, text
    down = int(steps[0])
    lower = PREDICATES[PREDICATES.index(condition.predicate) - down]
    text = _LOWER.format(
        lower=PREDICATE_TEXTS[lower], needed=PREDICATE_TEXTS[condition.predicate]
    )
    return float(down), condition.rule.step_tolerance or 1.0, text


def _waiting_text(days: int, handover: dt.date | None) -> Text:
    months = round_half_up(days / _DAYS_PER_MONTH, 0)
    is_soon = days < _MONTHS_FROM
    span = days_text(days) if is_soon else _MONTHS.format(months=int(months))
    return _LATER.format(span=span, day=handover)


def _confirmation(row: int, condition: Condition, reasons: Reasons) -> Text:
    if isinstance(condition, Capacity):
        key = condition.rule.key
        return _CONFIRM_CAPACITY.format(
            name=UTILITY_TEXTS[key],
            unit=UTILITY_UNITS[key],
            needed=figure_text(condition.needed),
        )
    if condition.rule.key == "land_class":
        return _CONFIRM_CLASS.format(needed=reasons.need.land_class)
    return _CONFIRM_PROMISE.format(
        park=reasons.snapshot.parks.name(reasons.snapshot.park_id(row))
    )


def _smaller(row: int, reasons: Reasons) -> Text:
    return _area(row, reasons.need.area_min_m2, _SMALLER, reasons)


def _larger(row: int, reasons: Reasons) -> Text:
    return _area(row, reasons.need.area_max_m2, _LARGER, reasons)


def _area(row: int, limit_m2: float, text: Text, reasons: Reasons) -> Text:
    area = float(reasons.snapshot.area_m2[row])
    share = abs(area / limit_m2 - 1) * 100
    return text.format(
        share=more_text(share),
        difference=area_text(abs(area - limit_m2), reasons.unit),
        area=area_text(area, reasons.unit),
    )


def _left_out(row: int, reasons: Reasons) -> Text:
    snapshot = reasons.snapshot
    forbidden, total = float(snapshot.forbidden_m2[row]), float(snapshot.total_m2[row])
    layers = [
        one.place for one in snapshot.overlaps(row) if one.rule is ConstraintRule.FORBID
    ]
    return _LEAVE_OUT.format(
        area=ground_text(forbidden, reasons.unit, share=forbidden / total),
        layers=Text(
            en=", ".join(layer.en for layer in layers),
            zh="、".join(layer.zh for layer in layers),
        ),
        left=area_text(float(snapshot.usable_m2[row]), reasons.unit),
    )


def _land_class(row: int, reasons: Reasons) -> Text:
    code = int(reasons.snapshot.class_code[row])
    return _OTHER_CLASS.format(
        planned=reasons.snapshot.classes[code], needed=reasons.need.land_class
    )


def _park(row: int, reasons: Reasons) -> Text:
    parks = reasons.snapshot.parks
    return _ADMIT_PARK.format(park=parks.name(reasons.snapshot.park_id(row)))


def _capacity(row: int, condition: Capacity, reasons: Reasons) -> Text:
    key = condition.rule.key
    capacity = float(reasons.snapshot.capacity[key][row])
    return _MORE_CAPACITY.format(
        name=UTILITY_TEXTS[key],
        unit=UTILITY_UNITS[key],
        more=more_text(condition.needed - capacity, sign=True),
        capacity=figure_text(capacity),
    )


def _promise(row: int, reasons: Reasons) -> Text:
    snapshot, need = reasons.snapshot, reasons.need
    park, area = snapshot.park_id(row), float(snapshot.area_m2[row])
    carried, _ = carried_m2(need, snapshot.parks.limit(park, need.division))
    return _MORE_PROMISE.format(
        more=missing_promise(need, area, snapshot.parks, park),
        area=area_text(area, reasons.unit),
        carried=area_text(0.0 if math.isinf(carried) else carried, reasons.unit),
    )


_DAYS_PER_MONTH: Final = 30.4375
_MONTHS_FROM: Final = 60

_SMALLER: Final = Text(
    en="area −{share} % ({difference} less: {area})",
    zh="最小用地减{share}%（少{difference}，即{area}）",
)
_LARGER: Final = Text(
    en="area +{share} % ({difference} more: {area})",
    zh="最大用地加{share}%（多{difference}，即{area}）",
)
_LEAVE_OUT: Final = Text(
    en="{area} {layers} left out; {left} usable remain",
    zh="退出{layers}{area}；可用面积余{left}",
)
_LATER: Final = Text(en="{span} later (in hand by {day})", zh="推迟{span}（{day}交地）")
_RENEWAL: Final = Text(
    en="evidence renewed: {predicate} lapses on {until}, "
    "before hand-over on {handover}",
    zh="续期相关材料：{predicate}将于{until}失效，早于{handover}交地",
)
_MONTHS: Final = Text(en="{months} months", zh="{months}个月")
_LOWER: Final = Text(en="{lower} in place of {needed}", zh="条件由{needed}降为{lower}")
_OTHER_CLASS: Final = Text(
    en="a plan of class {needed} in place of {planned}",
    zh="规划用地类别由{planned}调整为{needed}",
)
_ADMIT_PARK: Final = Text(en="{park} admitted", zh="不再排除{park}")
_MORE_CAPACITY: Final = Text(
    en="{name} {more} {unit} (now {capacity})",
    zh="{name}{more}{unit}（现有{capacity}）",
)
_MORE_PROMISE: Final = Text(
    en="{more}, for {area}; the promise carries {carried}",
    zh="{more}，方可支撑{area}；现承诺可支撑{carried}",
)
_CONFIRM_CAPACITY: Final = Text(
    en="{name} not known: {needed} {unit} to be confirmed",
    zh="{name}能力未知：需确认有{needed}{unit}",
)
_CONFIRM_CLASS: Final = Text(
    en="planned class not known: {needed} to be confirmed",
    zh="规划用地类别未知：需确认允许{needed}",
)
_CONFIRM_PROMISE: Final = Text(
    en="promise or limits of {park} not known: to be confirmed",
    zh="项目承诺或{park}的指标要求未知：需确认",
)
