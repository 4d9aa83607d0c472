"""Parcels, parks and districts as they travel in the data block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from zqland import datums
from zqland.areas import Method
from zqland.readiness.rules import CAPACITIES, PREDICATES
from zqland.text import Text
from zqland_maps import encoding
from zqland_maps.basemaps import Datum
from zqland_maps.errors import MapError

if TYPE_CHECKING:
    from zqland.catalogues import Catalogues
    from zqland_maps.basemaps import Basemap

_NO_CRS = Text(
    en="the {layer} have no coordinate reference system; set theirs before mapping",
    zh="{layer}缺少坐标系，请先设定坐标系再制图",
)
_DISTRICTS = Text(en="districts", zh="区县界线")


@dataclass(frozen=True, slots=True)
class Display:
    """How coordinates are shown.

    Attributes
    ----------
    step
        Grid of the coordinates, degrees.
    datum
        Datum of the background.
    """

    step: float
    datum: Datum

    @classmethod
    def of(cls, basemap: Basemap | None, *, public: bool) -> Display:
        """Choose the display for a background and a readership."""
        return cls(
            step=encoding.PUBLIC_STEP if public else encoding.STEP,
            datum=basemap.datum if basemap else Datum.CGCS2000,
        )

    def shown(self, shapes: gpd.GeoSeries) -> gpd.GeoSeries:
        """Bring shapes in degrees to the datum of the background."""
        if self.datum is Datum.GCJ02:
            return datums.shift(shapes, datums.wgs84_to_gcj02)
        return shapes


def parcels_document(
    parcels: gpd.GeoDataFrame, display: Display, *, public: bool
) -> dict[str, Any]:
    """Write the parcels of a state.

    Parameters
    ----------
    parcels
        Parcels of a `zqland.reserve.ReserveState`.
    display
        How coordinates are shown.
    public
        Leave out the values of evidence.

    Returns
    -------
    document
        Columns as `zqland_maps.encoding` writes them.
    """
    capacities = () if public else CAPACITIES
    return {
        "id": [str(parcel_id) for parcel_id in parcels.index],
        "name": [name if isinstance(name, str) else "" for name in parcels["name"]],
        "park": encoding.codes(parcels["park_id"]),
        "stage": encoding.codes(parcels["stage"]),
        "status": encoding.codes(parcels["status"]),
        "land_class": encoding.codes(_column(parcels, "land_class")),
        "utilities": encoding.codes(parcels["utilities"]),
        "utility_set": encoding.codes(parcels["utility_set"].replace("", pd.NA)),
        "free": encoding.flags(parcels["free"]),
        "status_since": encoding.dates(parcels["status_since"]),
        "price": encoding.numbers(_column(parcels, "price_wan_per_mu"), step=0.01),
        "areas": {
            method.value: encoding.numbers(parcels[f"{method}_m2"], step=0.0001)
            for method in Method
            if f"{method}_m2" in parcels
        },
        "capacities": {
            name: encoding.numbers(parcels[name], step=0.001)
            for name in capacities
            if name in parcels
        },
        "predicates": {name: _predicate(parcels, name) for name in PREDICATES},
        "shapes": encoding.shapes(display.shown(parcels.geometry), step=display.step),
    }


def districts_document(
    districts: gpd.GeoDataFrame, display: Display, *, language: str
) -> dict[str, Any]:
    """Write the districts, with a place for each name.

    Parameters
    ----------
    districts
        Polygons with ``name`` and ``name_en``.
    display
        How coordinates are shown.
    language
        Language of the names.

    Returns
    -------
    document
        ``names``, ``labels`` (longitude and latitude) and ``shapes``.

    Raises
    ------
    MapError
        The districts have no reference system.
    """
    if districts.crs is None:
        raise MapError(_NO_CRS.format(layer=_DISTRICTS))
    shapes = display.shown(districts.geometry.to_crs(4490))
    # Borders are generalised by hundreds of metres: 50 m less serve no reader.
    light = shapes.simplify(0.0004)
    labels = shapes.representative_point()
    return {
        "names": names(districts, language),
        "labels": [
            [round(lon, 4), round(lat, 4)]
            for lon, lat in zip(labels.x.fillna(0), labels.y.fillna(0), strict=True)
        ],
        "shapes": encoding.shapes(light, step=encoding.PUBLIC_STEP),
    }


def park_places(parks: gpd.GeoDataFrame, display: Display) -> dict[str, list[float]]:
    """Return longitude and latitude of the parks' points, by park."""
    if parks.empty:
        return {}
    points = display.shown(gpd.GeoSeries.from_xy(parks["lon"], parks["lat"], crs=4490))
    places = zip(parks.index, points.x, points.y, strict=True)
    return {str(park): [round(lon, 4), round(lat, 4)] for park, lon, lat in places}


def names(places: pd.DataFrame, language: str) -> list[str]:
    """Return the names of districts or parks in a language, Chinese where it lacks."""
    chinese = places["name"].astype(object)
    if language == "zh" or "name_en" not in places:
        return [str(name) for name in chinese]
    english = places["name_en"].astype(object).where(places["name_en"].notna(), chinese)
    return [str(name) for name in english]


def labels(
    catalogues: Catalogues,
    parks: pd.DataFrame,
    *,
    language: str,
    methods: dict[str, str],
) -> dict[str, dict[str, str]]:
    """Return the words for all keys of the data, by kind and key."""
    rules = catalogues.readiness
    kinds = {
        "stages": rules.stage_texts,
        "statuses": rules.status_texts,
        "items": rules.item_texts,
        "sets": rules.set_texts,
    }
    words = {
        kind: {key: text.in_language(language) for key, text in texts.items()}
        for kind, texts in kinds.items()
    }
    named = (
        dict(zip(map(str, parks.index), names(parks, language), strict=True))
        if len(parks)
        else {}
    )
    return {**words, "methods": methods, "parks": named}


def _predicate(parcels: pd.DataFrame, name: str) -> dict[str, Any]:
    return {
        "held": encoding.flags(parcels[name]),
        "missing": encoding.codes(parcels[f"{name}_missing"]),
        **{
            when: encoding.dates(parcels[f"{name}_{when}"])
            for when in ("reached_on", "first_reached_on", "expected_on")
        },
    }


def _column(parcels: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return an optional column."""
    if name in parcels:
        return parcels[name]
    return pd.Series(None, index=parcels.index, dtype="object")
