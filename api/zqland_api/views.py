"""The reserve as of a day, arranged for readers and for programs."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from zqland import areas
from zqland.areas import Method
from zqland.catalogues import Catalogues
from zqland.constraints import RULE_TEXTS
from zqland.readiness import PREDICATES
from zqland.reserve import Reserve, ReserveState
from zqland.text import Language, Text
from zqland.units import DISPLAY_DIGITS, UNIT_TEXTS, Unit, from_m2
from zqland_api.sheets import Column, Sheet
from zqland_api.view import View

_PLAIN_COLUMNS = (
    "name",
    "park_id",
    "district",
    "land_class",
    "home_zone",
    "status",
    "status_since",
    "free",
    "stage",
)
_AREA_COLUMNS = (
    "planar_m2",
    "ellipsoid_official_m2",
    "declared_m2",
    "usable_planar_m2",
    "usable_ellipsoid_official_m2",
    "usable_declared_m2",
    "forbidden_m2",
)
_PREDICATE_DATES = ("reached_on", "first_reached_on", "expected_on")

_USABLE = Text(en="Usable ({unit})", zh="可用面积（{unit}）")
_RULED = Text(en="{layer}: {rule}", zh="{layer}：{rule}")
_MISSING = Text(en="Missing next", zh="尚缺")

STAGE_SINCE = {
    "serviced": Text(en="Serviced since", zh="三通一平"),
    "clean": Text(en="Clean since", zh="净地"),
    "mature": Text(en="Mature since", zh="熟地"),
    "standard": Text(en="Standard since", zh="标准地"),
}
"""Headings of the days on which the predicates were reached."""


def area_on(parcels: gpd.GeoDataFrame, basis: Method) -> pd.Series[float]:
    """Return the areas on a basis, measured now where the parcels lack them.

    Parameters
    ----------
    parcels
        Parcels of a state.
    basis
        The method.

    Returns
    -------
    area_m2
        Square metres on the index of the parcels; NaN where unknown.
    """
    column = f"{basis.value}_m2"
    if column in parcels:
        return parcels[column].astype(float)
    return areas.measure(parcels, methods=(basis,))[column].astype(float)


def usable_on(parcels: gpd.GeoDataFrame, basis: Method) -> pd.Series[float]:
    """Return the areas without forbidden and deducted ground on a basis.

    Parameters
    ----------
    parcels
        Parcels of a state that was measured on the basis.
    basis
        The method.

    Returns
    -------
    usable_m2
        Square metres on the index of the parcels; NaN where unknown.
    """
    return parcels[f"usable_{basis.value}_m2"].astype(float)


def parcel_table(
    parcels: gpd.GeoDataFrame, *, basis: Method, unit: Unit
) -> pd.DataFrame:
    """Arrange parcels of a state as a table without geometry, for programs.

    Parameters
    ----------
    parcels
        Parcels of a state.
    basis
        Method of the columns ``area`` and ``usable_area``.
    unit
        Unit of these columns.

    Returns
    -------
    table
        One row per parcel: codes, areas, predicates with their days, what is missing.
    """
    table = pd.DataFrame({"parcel_id": parcels.index.astype(str)})
    for name in _PLAIN_COLUMNS:
        table[name] = parcels[name].to_numpy()
    table["area"] = from_m2(area_on(parcels, basis), unit).to_numpy()
    table["usable_area"] = from_m2(usable_on(parcels, basis), unit).to_numpy()
    for name in (*_AREA_COLUMNS, "compactness"):
        table[name] = parcels[name].to_numpy(dtype=float)
    for predicate in PREDICATES:
        table[predicate] = parcels[predicate].to_numpy(dtype=bool)
        for date in _PREDICATE_DATES:
            table[f"{predicate}_{date}"] = parcels[f"{predicate}_{date}"].to_numpy()
    table["constraints"] = parcels["constraints"].to_numpy()
    table["utility_set"] = parcels["utility_set"].astype(str).to_numpy()
    table["utilities"] = parcels["utilities"].to_numpy()
    table["next_predicate"], table["next_missing"] = _next(parcels)
    return table


def _next(parcels: gpd.GeoDataFrame) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return the first predicate that does not hold, and what it lacks."""
    predicate = np.full(len(parcels), None, dtype=object)
    missing = np.empty(len(parcels), dtype=object)
    missing[:] = [()] * len(parcels)
    for name in reversed(PREDICATES):
        lacks = ~parcels[name].to_numpy(dtype=bool)
        predicate[lacks] = name
        missing[lacks] = parcels[f"{name}_missing"].to_numpy()[lacks]
    return pd.Series(predicate, dtype=object), pd.Series(missing, dtype=object)


def stages_sheet(
    state: ReserveState, catalogues: Catalogues, *, basis: Method, unit: Unit
) -> Sheet:
    """Arrange the stages of parcels as a sheet.

    Parameters
    ----------
    state
        The reserve as of a day, measured on the basis.
    catalogues
        The rules, for their words.
    basis
        Method of the areas.
    unit
        Unit of the areas.
    """
    rules = catalogues.readiness
    since = tuple(
        Column(f"{predicate}_reached_on", text)
        for predicate, text in STAGE_SINCE.items()
    )
    return Sheet(
        key="parcels",
        title=Text(en="Stages of the parcels", zh="地块熟化阶段"),
        table=parcel_table(state.parcels, basis=basis, unit=unit),
        columns=(
            Column("parcel_id", Text(en="Parcel", zh="地块编号")),
            Column("name", Text(en="Name", zh="名称")),
            Column("park_id", Text(en="Park", zh="园区")),
            Column("status", Text(en="Status", zh="状态"), words=rules.status_texts),
            Column("stage", Text(en="Stage", zh="阶段"), words=rules.stage_texts),
            Column("area", area_heading(unit), DISPLAY_DIGITS[unit]),
            *usable_columns(state.reserve, unit),
            *since,
            Column(
                "utility_set", Text(en="Utilities", zh="配套"), words=rules.set_texts
            ),
            Column(
                "next_missing",
                Text(en="Missing next", zh="尚缺"),
                words=rules.item_texts,
            ),
            *_constraint_columns(state.reserve),
        ),
    )


def usable_columns(
    reserve: Reserve, unit: Unit, *, key: str = "usable_area"
) -> tuple[Column, ...]:
    """Return the column of usable areas, where constraint layers were given.

    Parameters
    ----------
    reserve
        The records.
    unit
        Unit of the areas.
    key
        Name of the column.
    """
    if not reserve.constraints:
        return ()
    heading = _USABLE.format(unit=UNIT_TEXTS[unit])
    return (Column(key, heading, DISPLAY_DIGITS[unit]),)


def _constraint_columns(reserve: Reserve) -> tuple[Column, ...]:
    if not reserve.constraints:
        return ()
    words = {
        layer.key: _RULED.format(layer=layer.text, rule=RULE_TEXTS[layer.rule])
        for layer in reserve.constraints
    }
    return (Column("constraints", Text(en="Constraints", zh="约束"), words=words),)


def area_heading(unit: Unit) -> Text:
    """Return the heading of a column of areas."""
    return Text(en="Area ({unit})", zh="面积（{unit}）").format(unit=UNIT_TEXTS[unit])


def park_table(
    parks: gpd.GeoDataFrame, state: ReserveState, view: View
) -> pd.DataFrame:
    """Count and add up the parcels of each park.

    Parameters
    ----------
    parks
        The parks.
    state
        The reserve as of a day.
    view
        Basis and unit of the areas.

    Returns
    -------
    table
        One row per park in their order; areas are of the parcels that have one, and
        ``lacking_count`` and ``lacking_area`` (planar) say how much land has none;
        ``usable_lacking_count`` and ``usable_lacking_area`` (planar) say the same of
        usable ground, for parcels whose area is known.
    """
    parcels = state.parcels
    free = parcels["free"].to_numpy(dtype=bool)
    area_m2 = area_on(parcels, view.basis)
    usable_m2 = usable_on(parcels, view.basis)
    is_lacking = area_m2.isna().to_numpy()
    is_unusable = usable_m2.isna().to_numpy() & ~is_lacking
    groups = {
        "parcels": (np.ones(len(parcels)), 0),
        "free": (free.astype(float), 0),
        "area": (area_m2.to_numpy(dtype=float), 1),
        "free_area": (np.where(free, area_m2, 0.0), 1),
        "usable_area": (usable_m2.to_numpy(dtype=float), 1),
        "free_usable_area": (np.where(free, usable_m2, 0.0), 1),
        "lacking_count": (is_lacking.astype(float), 0),
        "lacking_area": (np.where(is_lacking, parcels["planar_m2"], 0.0), 1),
        "usable_lacking_count": (is_unusable.astype(float), 0),
        "usable_lacking_area": (
            np.where(is_unusable, parcels["usable_planar_m2"], 0.0),
            1,
        ),
    }
    table = pd.DataFrame({"park_id": parks.index.astype(str)})
    for name in ("name", "name_en", "level", "district", "accuracy_m", "sectors"):
        table[name] = parks[name].to_numpy()
    for name, (values, is_area) in groups.items():
        sums = pd.Series(values, index=parcels["park_id"].to_numpy())
        total = sums.groupby(level=0).sum().reindex(table["park_id"], fill_value=0.0)
        figures = total.to_numpy(dtype=float)
        table[name] = from_m2(figures, view.unit) if is_area else figures.astype(int)
    return table


def park_names(parks: gpd.GeoDataFrame, language: Language) -> pd.Series[str]:
    """Return the names of parks in a language; Chinese where there is no other.

    Parameters
    ----------
    parks
        The parks.
    language
        The reader's language.

    Returns
    -------
    names
        On the index of the parks.
    """
    if language is Language.ZH:
        return parks["name"].astype(str)
    return parks["name_en"].fillna(parks["name"]).astype(str)
