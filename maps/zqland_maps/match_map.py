"""The map of a match: where a project could stand, and why."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from zqland.readiness.rules import CAPACITIES
from zqland.units import format_area
from zqland_maps import words
from zqland_maps.contents import View, document, facts, standing
from zqland_maps.page import page

if TYPE_CHECKING:
    import geopandas as gpd

    from zqland.catalogues import Catalogues
    from zqland.matching import Answer, Match
    from zqland.matching.near_misses import NearMiss
    from zqland.needs import Need
    from zqland.reserve import ReserveState
    from zqland_maps.basemaps import Basemap

NEIGHBOURHOOD = 0.03
"""Parcels so near to a lot are shown with it, degrees: about 3 km."""


def match_map(  # noqa: PLR0913 - the choices of a reader, all by keyword
    state: ReserveState,
    answer: Answer,
    *,
    districts: gpd.GeoDataFrame,
    language: str = "zh",
    unit: str = "mu",
    basemap: Basemap | str | None = None,
    public: bool = False,
    catalogues: Catalogues | None = None,
) -> str:
    """Write the map of a project's lots as one page that needs no network.

    The page prints as one A4 sheet.

    Parameters
    ----------
    state
        The reserve as of a date.
    answer
        What matching found for the project in that reserve.
    districts
        Polygons with ``name`` and ``name_en``: the background.
    language
        ``zh`` or ``en``.
    unit
        Unit of areas (`zqland.units.Unit`).
    basemap
        Background from the web for readers who are online
        (`zqland_maps.basemaps.basemap`), or its name; None for none.
    public
        For readers outside the office: only the ranked lots, without the project, its
        need and what was judged by it, and with coordinates rounded to a metre.
    catalogues
        The rules with their words; the packaged ones by default.

    Returns
    -------
    html
        The page.

    Raises
    ------
    MapError
        The districts have no reference system, the background is unknown, or the
        parcels carry no areas on the basis of the answer.
    """
    view = View.of(
        language=language,
        unit=unit,
        background=basemap,
        public=public,
        basis=answer.basis,
        catalogues=catalogues,
    )
    shown = _neighbourhood(standing(state.parcels), answer, public=public)
    title = view.say(words.MATCH_TITLE)
    heading = title if public else _heading(answer.need, view)
    fit = words.MATCH_SUBTITLE_ONE if answer.fit_count == 1 else words.MATCH_SUBTITLE
    subtitle = view.say(fit, on=answer.on.isoformat(), count=f"{answer.fit_count:,}")
    contents = document(state, view, parcels=shown, districts=districts)
    contents |= {
        "kind": "match",
        "match": _match(state.parcels, answer, view),
        "ledgers": [],
        "facts": facts(
            state, view, title=heading, subtitle=subtitle, basis=answer.basis
        ),
    }
    contents["facts"]["provenance"].append(view.say(words.INTENTION))
    return page(
        contents,
        title=title,
        language=view.language,
        basemap=view.background,
        landscape=False,
    )


def _heading(need: Need, view: View) -> str:
    return need.name or f"{view.say(words.NO_NAME)} {need.project_id}"


def _neighbourhood(
    parcels: gpd.GeoDataFrame, answer: Answer, *, public: bool
) -> gpd.GeoDataFrame:
    """Return the lots, the near misses and the parcels around them."""
    chosen = [match.parcel_id for match in answer.matches]
    if not public:
        chosen += [miss.parcel_id for miss in answer.near_misses]
    lots = parcels[parcels.index.isin(chosen)]
    if lots.empty:
        return parcels
    around = lots.geometry.union_all().buffer(NEIGHBOURHOOD, quad_segs=2)
    return parcels[parcels.intersects(around)]


def _match(parcels: gpd.GeoDataFrame, answer: Answer, view: View) -> dict[str, Any]:
    names = parcels["name"]
    is_constrained = answer.is_constrained
    lots = [
        _lot(match, names, view, is_constrained=is_constrained)
        for match in answer.matches
    ]
    if view.public:
        return {"lots": lots, "near": [], "need": [], "funnel": [], "free": 0}
    return {
        "lots": lots,
        "near": [
            _miss(place, miss, names, view, is_constrained=is_constrained)
            for place, miss in enumerate(answer.near_misses)
        ],
        "need": [list(line) for line in _need(answer.need, view)],
        "funnel": [
            {"text": view.say(step.text), "removed": step.removed, "left": step.left}
            for step in answer.funnel
        ],
        "free": answer.free_count,
    }


def _areas(
    lot: Match | NearMiss, view: View, *, is_constrained: bool
) -> dict[str, str]:
    """Write the total and the usable area of a lot."""
    usable = words.USABLE.format(area=view.area(lot.usable_m2))
    return {
        "area": view.area(lot.area_m2),
        "usable": view.say(usable) if is_constrained else "",
    }


def _lot(
    match: Match,
    names: Any,  # noqa: ANN401
    view: View,
    *,
    is_constrained: bool,
) -> dict[str, Any]:
    handed = match.handover_on
    lot: dict[str, Any] = {
        "rank": match.rank,
        "parcel_id": str(match.parcel_id),
        "park_id": match.park_id or None,
        "title": _title(match.parcel_id, names),
        **_areas(match, view, is_constrained=is_constrained),
        "ready": view.say(words.NEED_TEXTS["hand_over"], date=handed.isoformat())
        if handed
        else "",
        "handed": handed.isoformat() if handed else "–",
        "score": None,
        "reasons": [],
        "indicators": [],
        "parts": [],
    }
    if view.public:
        return lot
    return lot | {
        "score": f"{match.score:.0f}",
        "reasons": [view.say(reason) for reason in match.reasons],
        "indicators": [
            {"state": str(check.state), "text": view.say(check.text)}
            for check in match.indicators
        ],
        "parts": [
            {"label": view.say(part.label), "value": part.value}
            for part in match.parts.values()
        ],
    }


def _miss(
    place: int,
    miss: NearMiss,
    names: Any,  # noqa: ANN401
    view: View,
    *,
    is_constrained: bool,
) -> dict[str, Any]:
    return {
        "letter": _letter(place),
        "parcel_id": str(miss.parcel_id),
        "park_id": miss.park_id or None,
        "title": _title(miss.parcel_id, names),
        **_areas(miss, view, is_constrained=is_constrained),
        "relaxation": view.say(miss.relaxation),
    }


def _letter(place: int) -> str:
    """Return A, B … Z, AA, AB … for 0, 1 …."""
    before, last = divmod(place, len(ascii_uppercase))
    return (_letter(before - 1) if before else "") + ascii_uppercase[last]


def _title(parcel_id: str, names: Any) -> str:  # noqa: ANN401
    name = names.get(parcel_id)
    return name if isinstance(name, str) and name else str(parcel_id)


def _need(need: Need, view: View) -> list[tuple[str, str]]:
    """Return the need as lines of a name and a value."""

    def area(square_metres: float) -> str:
        return format_area(square_metres, view.unit, language=view.language)

    texts = words.NEED_TEXTS
    predicate = view.catalogues.readiness.predicate_texts[need.predicate]
    sector = view.catalogues.sectors.get(_division(need.sector))
    window = view.say(
        texts["area_value"],
        low=area(need.area_min_m2),
        high=area(need.area_max_m2),
        ideal=area(need.area_ideal_m2),
    )
    promise = "investment_wan" if need.investment_is_total else "fixed_investment_wan"
    lines = [
        ("area", window),
        ("predicate", view.say(predicate)),
        ("needed_by", need.needed_by.isoformat() if need.needed_by else ""),
        ("utilities", _utilities(need, view)),
        ("land_class", need.land_class or ""),
        ("sector", view.say(sector) if sector else (need.sector or "")),
        (promise, _wan(need.fixed_investment_wan, view)),
        ("tax_wan_per_year", _wan(need.tax_wan_per_year, view)),
        ("exception", need.exception_reason or ""),
    ]
    return [(view.say(texts[name]), value) for name, value in lines if value]


def _division(sector: str | None) -> str:
    return "".join(letter for letter in sector or "" if letter.isdigit())[:2]


def _wan(value: float | None, view: View) -> str:
    if not value:
        return ""
    return view.say(
        words.NEED_TEXTS["wan"], value=f"{value:,.10g}", millions=f"{value / 100:,.10g}"
    )


def _utilities(need: Need, view: View) -> str:
    asked = [(name, getattr(need, name)) for name in CAPACITIES]
    separator = "，" if view.language == "zh" else ", "
    return separator.join(
        f"{view.say(words.UTILITY_TEXTS[name])} {value:,.10g} "
        f"{view.say(words.CAPACITY_UNITS[name])}"
        for name, value in asked
        if value
    )
