r"""The promise of a project against the control indicators of a park (标准地).

The promise is a sum; the limit is a sum per mu. So a promise carries an area, and the
condition is that the lot is not larger:

.. math:: A \le \min_i P_i / L_i

with A the lot's area in mu, P the promised sum in 10 000 yuan, L the limit in
10 000 yuan per mu, i over investment intensity (投资强度) and tax (亩均税收).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zqland.matching.amounts import AREA_GUARD_M2, figure_text, more_text, percent_text
from zqland.text import Text
from zqland.units import Unit, from_m2, to_m2

if TYPE_CHECKING:
    from zqland.matching.parks import Limit, Parks
    from zqland.needs import Need


class IndicatorState(StrEnum):
    """What an indicator says of a project on a lot."""

    PASS = "pass"  # noqa: S105 - the word of the field, no secret
    FAIL = "fail"
    UNKNOWN = "unknown"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorCheck:
    """One indicator of a project at the area of a lot.

    Attributes
    ----------
    name
        ``intensity`` or ``tax``.
    state
        The verdict; an exception is a fail that a stated reason sets aside.
    actual_wan_per_mu
        The project's figure at the lot's area; None where it promises nothing.
    limit_wan_per_mu
        The park's limit for the sector; None where it sets none.
    margin
        (actual - limit) / limit, unrounded; None where it cannot be computed.
    text
        The verdict with its figures.
    """

    name: str
    state: IndicatorState
    actual_wan_per_mu: float | None
    limit_wan_per_mu: float | None
    margin: float | None
    text: Text


def check(
    need: Need, area_m2: float, *, parks: Parks, park_id: str
) -> tuple[IndicatorCheck, ...]:
    """Check a project's promise on a lot.

    Parameters
    ----------
    need
        The project's need.
    area_m2
        Area of the lot, square metres.
    parks
        The parks and their indicators.
    park_id
        Park of the lot.

    Returns
    -------
    checks
        Investment intensity, then tax per mu.
    """
    limit = parks.limit(park_id, need.division)
    return tuple(
        _check(need, area_m2, name, pair) for name, pair in _pairs(need, limit).items()
    )


def carried_m2(need: Need, limit: Limit | None) -> tuple[float, bool]:
    """Find the largest area that a project's promise carries under a limit.

    Parameters
    ----------
    need
        The project's need.
    limit
        The park's row of indicators for the sector.

    Returns
    -------
    area_m2
        Square metres; infinite where nothing that is known limits it, and under an
        exception.
    unknown
        Whether an indicator could not be judged, for want of a promise or a limit.
    """
    if need.exception_reason:
        return math.inf, False
    pairs = _pairs(need, limit).values()
    areas = [_carried_m2(promise, limit) for promise, limit in pairs]
    known = [area for area in areas if area is not None]
    return min(known, default=math.inf), len(known) < len(areas)


def missing_promise(need: Need, area_m2: float, parks: Parks, park_id: str) -> Text:
    """Say by how much a project must promise more to carry a lot.

    Parameters
    ----------
    need
        The project's need.
    area_m2
        Area of the lot, square metres.
    parks
        The parks and their indicators.
    park_id
        Park of the lot.

    Returns
    -------
    text
        Such as "fixed investment +1,200 ×10⁴ yuan".
    """
    area_mu = from_m2(area_m2, Unit.MU)
    more = [
        _MORE[name].format(more=more_text(limit * area_mu - promise))
        for name, (promise, limit) in _pairs(
            need, parks.limit(park_id, need.division)
        ).items()
        if promise is not None and limit is not None and limit * area_mu > promise
    ]
    return Text(
        en=" and ".join(text.en for text in more),
        zh="，".join(text.zh for text in more),
    )


_MORE: Final = {
    "intensity": Text(
        en="fixed investment +{more} ×10⁴ yuan", zh="固定资产投资增加{more}万元"
    ),
    "tax": Text(en="yearly tax +{more} ×10⁴ yuan", zh="年税收增加{more}万元"),
}

_NAMES: Final = {
    "intensity": Text(en="investment intensity", zh="投资强度"),
    "tax": Text(en="tax per mu", zh="亩均税收"),
}

_NO_LIMIT: Final = Text(
    en="{name}: unknown, the park sets no limit for the sector",
    zh="{name}：未知，园区未设该行业下限",
)
_NO_PROMISE: Final = Text(
    en="{name}: unknown, the project promises no figure (limit {limit} ×10⁴ yuan/mu)",
    zh="{name}：未知，项目未承诺（下限{limit}万元/亩）",
)
_VERDICT: Final = {
    IndicatorState.PASS: Text(
        en="{name} {actual} against {limit} ×10⁴ yuan/mu: pass, margin {margin}",
        zh="{name}{actual}万元/亩，下限{limit}万元/亩：达标，余量{margin}",
    ),
    IndicatorState.FAIL: Text(
        en="{name} {actual} against {limit} ×10⁴ yuan/mu: fail, margin {margin}",
        zh="{name}{actual}万元/亩，下限{limit}万元/亩：不达标，差额{margin}",
    ),
    IndicatorState.EXCEPTION: Text(
        en="{name} {actual} against {limit} ×10⁴ yuan/mu, margin {margin}: "
        "exception, {reason}",
        zh="{name}{actual}万元/亩，下限{limit}万元/亩，差额{margin}：一事一议，{reason}",
    ),
}

_Pair = tuple[float | None, float | None]


def _pairs(need: Need, limit: Limit | None) -> dict[str, _Pair]:
    """Pair each promise with its limit."""
    return {
        "intensity": (
            need.fixed_investment_wan,
            limit.intensity_min_wan_per_mu if limit else None,
        ),
        "tax": (need.tax_wan_per_year, limit.tax_min_wan_per_mu if limit else None),
    }


def _carried_m2(promise: float | None, limit: float | None) -> float | None:
    if limit == 0:
        return math.inf
    if promise is None or limit is None:
        return None
    return to_m2(promise / limit, Unit.MU)


def _check(need: Need, area_m2: float, name: str, pair: _Pair) -> IndicatorCheck:
    promise, limit = pair
    actual = None if promise is None else promise / from_m2(area_m2, Unit.MU)
    margin = (
        None if actual is None or limit is None or limit == 0 else actual / limit - 1
    )
    state = _state(need, area_m2, _carried_m2(promise, limit))
    return IndicatorCheck(
        name=name,
        state=state,
        actual_wan_per_mu=actual,
        limit_wan_per_mu=limit,
        margin=margin,
        text=_text(name, state, (actual, limit, margin), need.exception_reason),
    )


def _state(need: Need, area_m2: float, carried: float | None) -> IndicatorState:
    if carried is None:
        return IndicatorState.UNKNOWN
    if area_m2 <= carried + AREA_GUARD_M2:
        return IndicatorState.PASS
    return IndicatorState.EXCEPTION if need.exception_reason else IndicatorState.FAIL


def _text(
    name: str,
    state: IndicatorState,
    figures: tuple[float | None, float | None, float | None],
    reason: str | None,
) -> Text:
    actual, limit, margin = figures
    if limit is None:
        return _NO_LIMIT.format(name=_NAMES[name])
    if state is IndicatorState.UNKNOWN:
        return _NO_PROMISE.format(name=_NAMES[name], limit=figure_text(limit))
    return _VERDICT[state].format(
        name=_NAMES[name],
        actual="–" if actual is None else figure_text(actual),
        limit=figure_text(limit),
        margin="–" if margin is None else percent_text(margin),
        reason=reason or "",
    )
