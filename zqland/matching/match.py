"""Matching a need to the free parcels of a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from zqland.errors import BasisError
from zqland.matching import near_misses, search, sieve
from zqland.matching.amounts import PREDICATE_TEXTS
from zqland.matching.answer import Answer, FunnelStep, Match, Part
from zqland.matching.conditions import asked
from zqland.matching.indicators import check
from zqland.matching.reasons import Reasons
from zqland.matching.score import Scorer, first
from zqland.text import Text
from zqland.units import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from zqland.matching.conditions import Condition
    from zqland.matching.snapshot import Snapshot
    from zqland.needs import Need


def match(
    need: Need, snapshot: Snapshot, *, top: int = 20, unit: Unit = Unit.MU
) -> Answer:
    """Find the ground that fits a need, and say why.

    Parameters
    ----------
    need
        The need.
    snapshot
        The free parcels as of a date.
    top
        How many lots, and how many near misses, are listed.
    unit
        Unit of areas in sentences and tables.

    Returns
    -------
    answer
        The funnel with every count, the best lots, the nearest misses. The order is
        total: ties are decided by the parcel's identifier.

    Raises
    ------
    BasisError
        The need and the snapshot mean areas by different methods.
    """
    _check_basis(need, snapshot)
    conditions = asked(need, snapshot)
    sifted = sieve.sift(conditions, snapshot)
    scorer = Scorer.of(need, snapshot)
    scores = scorer.scores(sifted.fits)
    order = first(-scores, sifted.fits, snapshot.id_rank, top)
    reasons = Reasons(need, snapshot, unit)
    ranked, near_count = near_misses.rank(sifted, conditions, snapshot, top=top)
    parts = _parts(sifted.fits[order], scorer, reasons)
    matches = tuple(
        _match(place, int(sifted.fits[at]), float(scores[at]), its_parts, reasons)
        for place, (at, its_parts) in enumerate(zip(order, parts, strict=True), start=1)
    )
    misses = tuple(
        near_misses.explain(number, *found, reasons)
        for number, found in enumerate(ranked, start=1)
    )
    parks = {lot.park_id for lot in matches} | {miss.park_id for miss in misses}
    return Answer(
        need=need,
        on=snapshot.on,
        basis=snapshot.basis,
        unit=Unit(unit),
        catalogue_hash=snapshot.catalogue_hash,
        fictional=snapshot.fictional,
        is_constrained=snapshot.is_constrained,
        judged_on=snapshot.rules.judged_on,
        free_count=len(snapshot),
        fit_count=len(sifted.fits),
        near_count=near_count,
        funnel=_funnel(need, snapshot, conditions, sifted.counts),
        matches=matches,
        near_misses=misses,
        park_names={park: snapshot.parks.name(park) for park in sorted(parks)},
    )


def match_all(
    needs: Iterable[Need], snapshot: Snapshot, *, top: int = 20, unit: Unit = Unit.MU
) -> list[Answer]:
    """Answer many needs, each as if it were alone.

    Parameters
    ----------
    needs
        The needs.
    snapshot
        The free parcels as of a date.
    top
        How many lots, and how many near misses, are listed per need.
    unit
        Unit of areas in sentences and tables.

    Returns
    -------
    answers
        One per need, in order; a parcel may be offered to several.
    """
    return [match(need, snapshot, top=top, unit=unit) for need in needs]


def best(need: Need, snapshot: Snapshot, *, top: int = 20) -> list[tuple[str, float]]:
    """Find the best lots only: no counts, no reasons, no near misses.

    Parameters
    ----------
    need
        The need.
    snapshot
        The free parcels as of a date.
    top
        How many lots are listed.

    Returns
    -------
    ranked
        Identifier and score, in the order of `match`.

    Raises
    ------
    BasisError
        The need and the snapshot mean areas by different methods.
    """
    _check_basis(need, snapshot)
    rows, scores = search.best(need, snapshot, top)
    ids = snapshot.parcel_id[rows]
    return [
        (str(parcel), float(score)) for parcel, score in zip(ids, scores, strict=True)
    ]


def _check_basis(need: Need, snapshot: Snapshot) -> None:
    if need.basis != snapshot.basis:
        raise BasisError(
            _OTHER_BASIS.format(need=str(need.basis), snapshot=str(snapshot.basis))
        )


def _match(
    number: int, row: int, score: float, parts: dict[str, Part], reasons: Reasons
) -> Match:
    need, snapshot = reasons.need, reasons.snapshot
    park, area = snapshot.park_id(row), float(snapshot.area_m2[row])
    ready, handover = reasons.handover(row)
    indicators = check(need, area, parks=snapshot.parks, park_id=park)
    constraints = reasons.constraints(row)
    facts = [part.text for part in parts.values()]
    return Match(
        rank=number,
        parcel_id=str(snapshot.parcel_id[row]),
        park_id=park,
        area_m2=float(snapshot.total_m2[row]),
        usable_m2=float(snapshot.usable_m2[row]),
        score=score,
        parts=parts,
        ready_on=ready,
        handover_on=handover,
        indicators=indicators,
        reasons=(
            *facts[:1],
            *constraints,
            *facts[1:],
            *(indicator.text for indicator in indicators),
        ),
        overlaps=snapshot.overlaps(row),
        constraints=constraints,
    )


def _parts(
    rows: NDArray[np.intp], scorer: Scorer, reasons: Reasons
) -> list[dict[str, Part]]:
    rules, total = scorer.snapshot.rules.parts, sum(scorer.weights.values())
    values = {key: scorer.values(key, rows) for key in scorer.weights}
    return [
        {
            key: Part(
                value=_known(values[key][place]),
                weight=100 * weight / (total or 1.0),
                label=rules[key].text,
                text=reasons.text(key, int(row)),
            )
            for key, weight in scorer.weights.items()
        }
        for place, row in enumerate(rows)
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _funnel(
    need: Need,
    snapshot: Snapshot,
    conditions: Sequence[Condition],
    counts: Sequence[sieve.Count],
) -> tuple[FunnelStep, ...]:
    left = snapshot.known
    without = len(snapshot) - left
    steps = [
        FunnelStep(
            "area_known",
            without,
            left,
            without,
            (_NO_USABLE if snapshot.is_constrained else _NO_AREA).format(
                count=f"{without:,}", basis=str(snapshot.basis)
            ),
        )
    ]
    predicate = PREDICATE_TEXTS[need.predicate]
    for condition, count in zip(conditions, counts, strict=True):
        left -= count.removed
        text = _STEPS[(count.unknown > 0) + (0 < count.unknown == count.removed)]
        facts = {"count": f"{count.removed:,}", "unknown": f"{count.unknown:,}"}
        words = condition.rule.text.format(predicate=predicate)
        if count.lapsed:
            is_all = count.lapsed == count.removed
            words = _LAPSED[is_all].format(words=words, lapsed=f"{count.lapsed:,}")
        steps.append(
            FunnelStep(
                condition.rule.key,
                count.removed,
                left,
                count.unknown,
                text.format(words=words, **facts),
            )
        )
    return tuple(steps)


_STEPS: Final = (
    Text(en="{count} {words}", zh="{count}宗{words}"),
    Text(
        en="{count} {words} ({unknown} of them not known)",
        zh="{count}宗{words}（其中{unknown}宗情况不明）",
    ),
    Text(en="{count} {words} (not known)", zh="{count}宗{words}（情况不明）"),
)
"""How a step is said where nothing, something or all is not known."""

_LAPSED: Final = {
    False: Text(
        en="{words} ({lapsed} of them: evidence lapses before hand-over)",
        zh="{words}（其中{lapsed}宗在交地前失效）",
    ),
    True: Text(
        en="{words} (evidence lapses before hand-over)", zh="{words}（在交地前失效）"
    ),
}
"""How not in time is said where some, or all, would only have to last longer."""

_NO_AREA: Final = Text(
    en="{count} without an area by the method {basis}",
    zh="{count}宗没有按{basis}方法的面积",
)
_NO_USABLE: Final = Text(
    en="{count} without a known usable area by the method {basis}",
    zh="{count}宗按{basis}方法的可用面积不明",
)
_OTHER_BASIS: Final = Text(
    en="the need means areas by the method {need}, the snapshot holds {snapshot}; "
    "take a snapshot on the basis {need}, or state the need on {snapshot}",
    zh="需求按{need}方法计面积，而快照按{snapshot}；请按{need}建立快照，或按{snapshot}填写需求",
)
