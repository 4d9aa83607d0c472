"""Why a lot scores as it does: each part with its facts, in both languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zqland.matching.amounts import (
    PREDICATE_TEXTS,
    UTILITY_TEXTS,
    UTILITY_UNITS,
    days_text,
    figure_text,
    percent_text,
)
from zqland.matching.days import day_of
from zqland.needs import UTILITIES, area_text
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zqland.matching.snapshot import Snapshot
    from zqland.needs import Need
    from zqland.units import Unit


@dataclass(frozen=True, slots=True)
class Reasons:
    """The facts of one need on one snapshot, in one unit of area.

    Attributes
    ----------
    need
        The need.
    snapshot
        The parcels.
    unit
        Unit of areas.
    """

    need: Need
    snapshot: Snapshot
    unit: Unit

    def text(self, part: str, row: int) -> Text:
        """Say the facts behind one part of the score of one parcel.

        Parameters
        ----------
        part
            Key of the part.
        row
            Row of the snapshot.

        Returns
        -------
        text
            The facts.
        """
        makers = {
            "area_fit": self._area_fit,
            "readiness": self._readiness,
            "utilities": self._utilities,
            "sectors": self._sectors,
            "price": self._price,
            "shape": self._shape,
            "distance": self._distance,
            "preferred": self._preferred,
        }
        return makers[part](row)

    def handover(self, row: int) -> tuple[dt.date | None, dt.date | None]:
        """Return when a parcel is ready, and when it can be in hand."""
        ready = day_of(int(self.snapshot.ready_day[self.need.predicate][row]))
        if ready is None:
            return None, None
        lead = dt.timedelta(days=self.snapshot.rules.supply_lead_days)
        return ready, ready + lead

    def constraints(self, row: int) -> tuple[Text, ...]:
        """Say what constraint layers concern of a parcel."""
        return tuple(one.text(self.unit) for one in self.snapshot.overlaps(row))

    def lapse(self, row: int) -> dt.date | None:
        """Return the last day on which a parcel is ready; None if not known."""
        return day_of(int(self.snapshot.until_day[self.need.predicate][row]))

    def _area_fit(self, row: int) -> Text:
        area = float(self.snapshot.area_m2[row])
        total = float(self.snapshot.total_m2[row])
        ideal = self.need.area_ideal_m2
        share = area / ideal - 1
        figure = area_text(area, self.unit)
        if area < total:
            figure = _OF_TOTAL.format(usable=figure, total=area_text(total, self.unit))
        return (_AREA if share else _IDEAL).format(
            area=figure,
            ideal=area_text(ideal, self.unit),
            share=percent_text(share),
        )

    def _readiness(self, row: int) -> Text:
        predicate = self.need.predicate
        reached = day_of(int(self.snapshot.reached_day[predicate][row]))
        ready, handover = self.handover(row)
        if ready is None or handover is None:
            return _NEVER_READY.format(predicate=PREDICATE_TEXTS[predicate])
        state = (_EXPECTED if reached is None else _SINCE).format(
            predicate=PREDICATE_TEXTS[predicate], day=reached or ready
        )
        until = self.lapse(row)
        if until is not None:
            state = _UNTIL.format(state=state, until=until)
        if self.need.needed_by is None:
            return _IN_HAND.format(state=state, handover=handover)
        days = (self.need.needed_by - handover).days
        return (_EARLY if days >= 0 else _LATE).format(
            state=state, handover=handover, days=days_text(abs(days))
        )

    def _utilities(self, row: int) -> Text:
        needed = ((name, self.need.utility(name)) for name in UTILITIES)
        return _listed(self.utility(name, row) for name, amount in needed if amount > 0)

    def utility(self, name: str, row: int) -> Text:
        """Say what a parcel has of a utility against the need."""
        capacity = float(self.snapshot.capacity[name][row])
        needed = self.need.utility(name)
        known = capacity == capacity  # noqa: PLR0124 - not NaN
        return (_CAPACITY if known else _NO_CAPACITY).format(
            name=UTILITY_TEXTS[name],
            unit=UTILITY_UNITS[name],
            needed=figure_text(needed),
            capacity=figure_text(capacity) if known else "",
            share=_headroom(capacity / needed - 1) if known else "",
        )

    def _sectors(self, row: int) -> Text:
        park = self.snapshot.park_id(row)
        sectors = self.snapshot.parks.sectors.get(park)
        if sectors is None:
            text = _NO_SECTORS
        elif self.need.division in sectors:
            text = _LEADING
        else:
            text = _NOT_LEADING
        return text.format(
            park=self.snapshot.parks.name(park), division=self.need.division
        )

    def _price(self, row: int) -> Text:
        return _figure(float(self.snapshot.price_wan_per_mu[row]), _PRICE, _NO_PRICE)

    def _shape(self, row: int) -> Text:
        return _figure(float(self.snapshot.compactness[row]), _SHAPE, _NO_SHAPE)

    def _distance(self, row: int) -> Text:
        layer = self.snapshot.rules.parts["distance"].text
        km = float(self.snapshot.access_m[row]) / 1000
        return _figure(km, _DISTANCE, _NO_DISTANCE).format(layer=layer)

    def _preferred(self, row: int) -> Text:
        park = self.snapshot.park_id(row)
        text = _PREFERRED if park in self.need.preferred_parks else _NOT_PREFERRED
        return text.format(park=self.snapshot.parks.name(park))


_IDEAL: Final = Text(en="{area}, the ideal area", zh="面积{area}，与需求一致")
_AREA: Final = Text(
    en="{area} for the ideal {ideal} ({share})", zh="面积{area}，需求{ideal}（{share}）"
)
_OF_TOTAL: Final = Text(en="{usable} usable of {total}", zh="{total}（可用{usable}）")
_SINCE: Final = Text(en="{predicate} since {day}", zh="{day}已达到{predicate}")
_EXPECTED: Final = Text(
    en="{predicate} expected on {day}", zh="预计{day}达到{predicate}"
)
_UNTIL: Final = Text(en="{state}, valid until {until}", zh="{state}（有效至{until}）")
_NEVER_READY: Final = Text(
    en="{predicate} is not expected", zh="尚无达到{predicate}的预期日期"
)
_IN_HAND: Final = Text(
    en="{state}; in hand by {handover}", zh="{state}；可于{handover}交地"
)
_EARLY: Final = Text(
    en="{state}; in hand by {handover}, {days} before it is needed",
    zh="{state}；可于{handover}交地，比要求早{days}",
)
_LATE: Final = Text(
    en="{state}; in hand by {handover}, {days} after it is needed",
    zh="{state}；可于{handover}交地，比要求晚{days}",
)
_CAPACITY: Final = Text(
    en="{name} {capacity} {unit} for {needed} needed ({share})",
    zh="{name}能力{capacity}{unit}，需{needed}{unit}（{share}）",
)
_AMPLE_FROM: Final = 9.0
_AMPLE: Final = Text(en="over tenfold", zh="超过十倍")
_NO_CAPACITY: Final = Text(
    en="{name}: not known, {needed} {unit} needed",
    zh="{name}能力未知，需{needed}{unit}",
)
_LEADING: Final = Text(
    en="{park} leads in division {division}", zh="行业大类{division}属{park}主导产业"
)
_NOT_LEADING: Final = Text(
    en="{park} does not lead in division {division}",
    zh="行业大类{division}不属{park}主导产业",
)
_NO_SECTORS: Final = Text(
    en="leading sectors of {park} not known", zh="{park}主导产业未知"
)
_PRICE: Final = Text(en="price {figure} ×10⁴ yuan/mu", zh="地价{figure}万元/亩")
_NO_PRICE: Final = Text(en="price not known", zh="地价未知")
_SHAPE: Final = Text(en="compactness {figure}", zh="紧凑度{figure}")
_NO_SHAPE: Final = Text(en="compactness not known", zh="紧凑度未知")
_DISTANCE: Final = Text(en="{{layer}}: {figure} km", zh="{{layer}}{figure}公里")
_NO_DISTANCE: Final = Text(en="{{layer}}: not known", zh="{{layer}}未知")
_PREFERRED: Final = Text(en="{park} is a preferred park", zh="{park}为意向园区")
_NOT_PREFERRED: Final = Text(
    en="{park} is not among the preferred parks", zh="{park}不在意向园区之列"
)


def _headroom(share: float) -> Text | str:
    return _AMPLE if share >= _AMPLE_FROM else percent_text(share)


def _figure(value: float, known: Text, unknown: Text) -> Text:
    if value != value:  # noqa: PLR0124 - NaN
        return unknown.format()
    return known.format(figure=figure_text(value))


def _listed(texts: Iterable[Text]) -> Text:
    listed = list(texts)
    return Text(
        en="; ".join(text.en for text in listed),
        zh="；".join(text.zh for text in listed),
    )
