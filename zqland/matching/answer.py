"""The answer to a need: the funnel, the ranked lots, the near misses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from zqland.needs import area_text
from zqland.text import Language, Text
from zqland.units import UNIT_TEXTS, Unit, from_m2

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from zqland.areas import Method
    from zqland.constraints import Overlap
    from zqland.matching.indicators import IndicatorCheck
    from zqland.matching.near_misses import NearMiss
    from zqland.needs import Need


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One condition, and what it removed among the parcels that were left.

    Attributes
    ----------
    condition
        Key of the condition; ``area_known`` for parcels without an area on the basis.
    removed
        Parcels that it removed.
    left
        Parcels that are left after it.
    unknown
        Of the removed, those whose figure is not known.
    text
        Such as "231 too small".
    """

    condition: str
    removed: int
    left: int
    unknown: int
    text: Text


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score.

    Attributes
    ----------
    value
        0 to 1; None where not known, and then it counts the catalogue's figure.
    weight
        Points of the part; all weights of an answer add up to 100.
    label
        Name of the part.
    text
        The facts behind it.
    """

    value: float | None
    weight: float
    label: Text
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A lot that meets every condition.

    Attributes
    ----------
    rank
        Place, from 1.
    parcel_id, park_id
        Which parcel, and where.
    area_m2, usable_m2
        Its area on the basis of the answer, square metres: all of it, and that without
        forbidden and deducted ground.
    score
        0 to 100.
    parts
        Parts of the score by key.
    ready_on
        Day on which the needed predicate holds: the as-of day if it holds already.
    handover_on
        Day on which the ground can be in hand.
    indicators
        The project's promise at the lot's area against the park's limits.
    reasons
        Why it fits, one sentence a fact; what constraint layers concern comes second.
    overlaps, constraints
        What constraint layers concern of it, as figures and as sentences.
    """

    rank: int
    parcel_id: str
    park_id: str
    area_m2: float
    usable_m2: float
    score: float
    parts: Mapping[str, Part]
    ready_on: dt.date | None
    handover_on: dt.date | None
    indicators: tuple[IndicatorCheck, ...]
    reasons: tuple[Text, ...]
    overlaps: tuple[Overlap, ...] = ()
    constraints: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the reserve has for a need.

    Attributes
    ----------
    need
        The need.
    on
        As-of date.
    basis
        Area method of all areas.
    unit
        Unit of the areas in texts and tables.
    catalogue_hash
        Which rules were used.
    fictional
        Whether the parcels describe no real ground.
    is_constrained
        Whether constraint layers were laid over the parcels.
    judged_on
        ``usable`` or ``total``: the area on which lots were judged.
    free_count
        Free parcels before the funnel.
    fit_count
        Parcels that meet every condition, listed or not.
    near_count
        Near misses, listed or not.
    funnel
        The conditions in order.
    matches
        The best lots, best first.
    near_misses
        Parcels that fail exactly one condition, the nearest first.
    park_names
        Names of the parks that occur.
    """

    need: Need
    on: dt.date
    basis: Method
    unit: Unit
    catalogue_hash: str
    fictional: bool
    is_constrained: bool
    judged_on: str
    free_count: int
    fit_count: int
    near_count: int
    funnel: tuple[FunnelStep, ...]
    matches: tuple[Match, ...]
    near_misses: tuple[NearMiss, ...]
    park_names: Mapping[str, Text]

    @property
    def funnel_text(self) -> Text:
        """Say the whole funnel in one sentence."""
        steps = [step.text for step in self.funnel if step.removed]
        fit = _FIT[self.fit_count == 1].format(count=f"{self.fit_count:,}")
        return _FUNNEL[self.free_count == 1].format(
            count=f"{self.free_count:,}",
            steps=Text(
                en=", ".join(text.en for text in (*steps, fit)),
                zh="，".join(text.zh for text in (*steps, fit)),
            ),
        )

    def to_table(self, language: Language | str = Language.EN) -> pd.DataFrame:
        """List the matches with headings in a language.

        Parameters
        ----------
        language
            Language of headings, names and reasons.

        Returns
        -------
        table
            One row per match, best first; areas in the unit of the answer.
        """
        rows: list[dict[str, object]] = [
            {
                "rank": match.rank,
                "parcel": match.parcel_id,
                "park": self._park(match.park_id, language),
                "area": from_m2(match.area_m2, self.unit),
                "usable": from_m2(match.usable_m2, self.unit),
                "score": match.score,
                "ready": match.ready_on,
                "handover": match.handover_on,
                "reasons": _joined(match.reasons, language),
            }
            for match in self.matches
        ]
        return self._table(rows, _MATCH_COLUMNS, language)

    def near_table(self, language: Language | str = Language.EN) -> pd.DataFrame:
        """List the near misses with headings in a language.

        Parameters
        ----------
        language
            Language of headings, names and relaxations.

        Returns
        -------
        table
            One row per near miss, the nearest first; areas in the answer's unit.
        """
        rows: list[dict[str, object]] = [
            {
                "rank": near.rank,
                "parcel": near.parcel_id,
                "park": self._park(near.park_id, language),
                "area": from_m2(near.area_m2, self.unit),
                "usable": from_m2(near.usable_m2, self.unit),
                "relaxation": near.relaxation.in_language(language),
                "ratio": near.ratio,
            }
            for near in self.near_misses
        ]
        return self._table(rows, _NEAR_COLUMNS, language)

    def to_dict(self, language: Language | str = Language.EN) -> dict[str, Any]:
        """Return plain values with sentences in a language, ready for JSON.

        Parameters
        ----------
        language
            Language of the sentences.

        Returns
        -------
        answer
            Keys are always English; days are ISO text; areas are square metres, and
            written out in the unit of the answer.
        """
        return {
            "project_id": self.need.project_id,
            "project_name": self.need.name,
            "on": self.on.isoformat(),
            "basis": str(self.basis),
            "unit": str(self.unit),
            "catalogue_hash": self.catalogue_hash,
            "fictional": self.fictional,
            "judged_on": self.judged_on,
            "free_count": self.free_count,
            "fit_count": self.fit_count,
            "near_count": self.near_count,
            "funnel_text": self.funnel_text.in_language(language),
            "funnel": [_step_dict(step, language) for step in self.funnel],
            "matches": [self._match_dict(match, language) for match in self.matches],
            "near_misses": [
                self._near_dict(near, language) for near in self.near_misses
            ],
        }

    def _park(self, park_id: str, language: Language | str) -> str:
        name = self.park_names.get(park_id)
        return name.in_language(language) if name else park_id

    def _table(
        self,
        rows: list[dict[str, object]],
        columns: Mapping[str, Text],
        language: Language | str,
    ) -> pd.DataFrame:
        shown = [key for key in columns if key != "usable" or self.is_constrained]
        table = pd.DataFrame(rows, columns=shown)
        headings = {
            key: text.format(unit=UNIT_TEXTS[self.unit]).in_language(language)
            for key, text in columns.items()
        }
        return table.rename(columns=headings)

    def _match_dict(self, match: Match, language: Language | str) -> dict[str, Any]:
        return {
            "rank": match.rank,
            **self._lot_dict(match, language),
            "score": match.score,
            "parts": {
                key: {
                    "label": part.label.in_language(language),
                    "value": part.value,
                    "weight": part.weight,
                    "text": part.text.in_language(language),
                }
                for key, part in match.parts.items()
            },
            "ready_on": _iso(match.ready_on),
            "handover_on": _iso(match.handover_on),
            "indicators": [
                {
                    "name": check.name,
                    "state": str(check.state),
                    "actual_wan_per_mu": check.actual_wan_per_mu,
                    "limit_wan_per_mu": check.limit_wan_per_mu,
                    "margin": check.margin,
                    "text": check.text.in_language(language),
                }
                for check in match.indicators
            ],
            "reasons": [reason.in_language(language) for reason in match.reasons],
        }

    def _near_dict(self, near: NearMiss, language: Language | str) -> dict[str, Any]:
        return {
            "rank": near.rank,
            **self._lot_dict(near, language),
            "condition": near.condition,
            "shortfall": near.shortfall,
            "tolerance": near.tolerance,
            "ratio": near.ratio,
            "relaxation": near.relaxation.in_language(language),
        }

    def _lot_dict(
        self, lot: Match | NearMiss, language: Language | str
    ) -> dict[str, Any]:
        return {
            "parcel_id": lot.parcel_id,
            "park_id": lot.park_id,
            "park_name": self._park(lot.park_id, language),
            "area_m2": _known(lot.area_m2),
            "area_text": area_text(lot.area_m2, self.unit).in_language(language),
            "usable_m2": _known(lot.usable_m2),
            "usable_text": area_text(lot.usable_m2, self.unit).in_language(language),
            "constraints": [
                {
                    "layer": one.layer,
                    "label": one.name.in_language(language),
                    "rule": one.rule.value,
                    "area_m2": one.area_m2,
                    "share": one.share,
                    "text": text.in_language(language),
                }
                for one, text in zip(lot.overlaps, lot.constraints, strict=True)
            ],
        }


_FUNNEL: Final = {
    False: Text(
        en="Of {count} free parcels: {steps}.", zh="{count}宗可供地块中：{steps}。"
    ),
    True: Text(
        en="Of {count} free parcel: {steps}.", zh="{count}宗可供地块中：{steps}。"
    ),
}
_FIT: Final = {
    False: Text(en="{count} fit", zh="{count}宗符合"),
    True: Text(en="{count} fits", zh="{count}宗符合"),
}

_MATCH_COLUMNS: Final = {
    "rank": Text(en="Rank", zh="序号"),
    "parcel": Text(en="Parcel", zh="地块编号"),
    "park": Text(en="Park", zh="园区"),
    "area": Text(en="Area ({unit})", zh="面积（{unit}）"),
    "usable": Text(en="Usable ({unit})", zh="可用面积（{unit}）"),
    "score": Text(en="Score", zh="得分"),
    "ready": Text(en="Ready on", zh="达标日期"),
    "handover": Text(en="In hand by", zh="可交地日期"),
    "reasons": Text(en="Reasons", zh="理由"),
}
_NEAR_COLUMNS: Final = {
    "rank": Text(en="Rank", zh="序号"),
    "parcel": Text(en="Parcel", zh="地块编号"),
    "park": Text(en="Park", zh="园区"),
    "area": Text(en="Area ({unit})", zh="面积（{unit}）"),
    "usable": Text(en="Usable ({unit})", zh="可用面积（{unit}）"),
    "relaxation": Text(en="What would admit it", zh="放宽条件"),
    "ratio": Text(en="Shortfall in tolerances", zh="差距（容差倍数）"),
}


def _joined(texts: tuple[Text, ...], language: Language | str) -> str:
    mark = "；" if Language(language) is Language.ZH else "; "
    return mark.join(text.in_language(language) for text in texts)


def _known(area_m2: float) -> float | None:
    return None if math.isnan(area_m2) else area_m2


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _step_dict(step: FunnelStep, language: Language | str) -> dict[str, Any]:
    return {
        "condition": step.condition,
        "removed": step.removed,
        "left": step.left,
        "unknown": step.unknown,
        "text": step.text.in_language(language),
    }
