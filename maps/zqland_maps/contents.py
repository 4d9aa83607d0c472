"""What the data block of every page holds, whatever the page is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zqland.areas import Method
from zqland.catalogues import load_catalogues
from zqland.status import Status
from zqland.text import Language, Text
from zqland.units import DISPLAY_DIGITS, FACTORS, UNIT_TEXTS, Unit, format_area
from zqland_maps import encoding, ground, layers, palette, words
from zqland_maps.basemaps import Basemap, Source, basemap
from zqland_maps.errors import MapError
from zqland_maps.ground import Display
from zqland_maps.legend import Figures

if TYPE_CHECKING:
    import geopandas as gpd

    from zqland.catalogues import Catalogues
    from zqland.reserve import ReserveState


_NO_BASIS = Text(
    en="the parcels carry no {basis} areas; they carry {known}: choose one of these, "
    "or measure the parcels by {basis} first (zqland.areas.measure)",
    zh="地块缺少 {basis} 面积；现有：{known}。请改用其中一种，"
    "或先按 {basis} 量算（zqland.areas.measure）",
)


@dataclass(frozen=True, slots=True)
class View:
    """How a page is to be written.

    Attributes
    ----------
    language
        Language of the page.
    unit
        Unit of areas.
    background
        Background map, or None.
    public
        For readers outside the office.
    basis
        Area method of the totals.
    catalogues
        The rules with their words.
    """

    language: str
    unit: Unit
    background: Basemap | None
    public: bool
    basis: Method
    catalogues: Catalogues

    @classmethod
    def of(
        cls,
        *,
        language: Language | str,
        unit: Unit | str,
        background: Basemap | Source | str | None,
        public: bool,
        basis: Method | str | None,
        catalogues: Catalogues | None,
    ) -> View:
        """Fill in what was not chosen: the packaged rules, the basis of the ledger."""
        rules = catalogues or load_catalogues()
        if background is not None and not isinstance(background, Basemap):
            background = basemap(background)
        return cls(
            language=str(Language(language)),
            unit=Unit(unit),
            background=background,
            public=public,
            basis=Method(basis) if basis else rules.bases["ledger"],
            catalogues=rules,
        )

    def say(self, text: Text, **facts: object) -> str:
        """Write a sentence in the language of the page."""
        return (text.format(**facts) if facts else text).in_language(self.language)

    def area(self, square_metres: float) -> str:
        """Write an area in the unit and the language of the page."""
        return format_area(square_metres, self.unit, language=self.language)


def standing(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the parcels without retired ones, whose ground others have taken over."""
    return parcels[parcels["status"] != Status.RETIRED.value]


def figures_of(state: ReserveState, view: View, parcels: gpd.GeoDataFrame) -> Figures:
    """Return the figures of some parcels of a state, as a page writes them."""
    return Figures(
        parcels,
        basis=view.basis,
        unit=view.unit,
        language=view.language,
        is_constrained=bool(state.reserve.constraints),
    )


def document(
    state: ReserveState,
    view: View,
    *,
    parcels: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
) -> dict[str, Any]:
    """Write what every page shows.

    Parameters
    ----------
    state
        The reserve as of a date.
    view
        How the page is to be written.
    parcels
        Those of the state's parcels that the page shows.
    districts
        Polygons with ``name`` and ``name_en``.

    Returns
    -------
    document
        Everything but the facts of the page's own subject.
    """
    _check_basis(parcels, view.basis)
    display = Display.of(view.background, public=view.public)
    figures = figures_of(state, view, parcels)
    parks = state.reserve.parks
    labels = ground.labels(
        view.catalogues,
        parks,
        language=view.language,
        methods={key.value: view.say(text) for key, text in words.METHOD_TEXTS.items()},
    )
    return {
        "language": view.language,
        "words": words.page_words(view.language, public=view.public),
        "colours": palette.as_document(),
        "unit": _unit(view),
        "basis": view.basis.value,
        "is_public": view.public,
        "basemap": view.background.to_document(view.language)
        if view.background
        else None,
        "labels": labels,
        "predicates": [
            {"key": key, "label": view.say(text)}
            for key, text in view.catalogues.readiness.predicate_texts.items()
        ],
        "capacities": _capacities(view),
        "stages": figures.stages(view.catalogues),
        "free": figures.of(parcels["free"].astype(bool)),
        "lacking": figures.lacking(),
        "usable_lacking": figures.usable_lacking(),
        "is_constrained": figures.is_constrained,
        "constraints": layers.constraints_document(state, view, parcels, display),
        "parks": figures.parks(labels["parks"], ground.park_places(parks, display)),
        "districts": ground.districts_document(
            districts, display, language=view.language
        ),
        "parcels": ground.parcels_document(parcels, display, public=view.public)
        | {"usable": _usable(parcels, is_constrained=figures.is_constrained)},
    }


def facts(
    state: ReserveState, view: View, *, title: str, subtitle: str, basis: Method
) -> dict[str, Any]:
    """Write the heading, the notes and where the figures come from."""
    notes = [words.FICTIONAL] if state.reserve.fictional else []
    if view.background and view.background.note:
        notes.append(view.background.note)
    provenance = [
        view.say(
            words.PROVENANCE,
            basis=words.METHOD_TEXTS[basis],
            on=state.on.isoformat(),
            hash=state.catalogue_hash,
        ),
        view.say(words.NOT_OFFICIAL if view.public else words.INTERNAL)
        + (" " if view.language == "en" else "")
        + view.say(words.DISTRICTS),
    ]
    return {
        "title": title,
        "subtitle": subtitle,
        "notes": [view.say(note) for note in notes],
        "provenance": provenance,
    }


def _usable(parcels: gpd.GeoDataFrame, *, is_constrained: bool) -> dict[str, str]:
    """Write the usable areas by method, where constraint layers were given."""
    if not is_constrained:
        return {}
    return {
        method.value: encoding.numbers(parcels[f"usable_{method}_m2"], step=0.0001)
        for method in Method
        if f"usable_{method}_m2" in parcels
    }


def _check_basis(parcels: gpd.GeoDataFrame, basis: Method) -> None:
    if f"{basis}_m2" not in parcels:
        known = [method.value for method in Method if f"{method}_m2" in parcels]
        raise MapError(_NO_BASIS.format(basis=basis, known=", ".join(known)))


def _unit(view: View) -> dict[str, Any]:
    """Return the unit as a fraction: last digits shown for each 0.0001 m²."""
    share = 10 ** DISPLAY_DIGITS[view.unit] / (FACTORS[view.unit] * 10_000)
    return {
        "key": view.unit.value,
        "label": view.say(UNIT_TEXTS[view.unit]),
        "digits": DISPLAY_DIGITS[view.unit],
        "numerator": str(share.numerator),
        "denominator": str(share.denominator),
    }


def _capacities(view: View) -> list[dict[str, str]]:
    return [
        {
            "item": item.key,
            "column": item.capacity,
            "unit": view.say(words.CAPACITY_UNITS[item.capacity]),
        }
        for item in view.catalogues.readiness.items.values()
        if item.capacity
    ]
