"""The map of the reserve: all parcels by stage, with legend, layers and search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zqland_maps import words
from zqland_maps.contents import View, document, facts, figures_of, standing
from zqland_maps.page import page

if TYPE_CHECKING:
    import geopandas as gpd

    from zqland.areas import Method
    from zqland.catalogues import Catalogues
    from zqland.reserve import ReserveState
    from zqland_maps.basemaps import Basemap


def reserve_map(  # noqa: PLR0913 - the choices of a reader, all by keyword
    state: ReserveState,
    *,
    districts: gpd.GeoDataFrame,
    language: str = "zh",
    unit: str = "mu",
    basemap: Basemap | str | None = None,
    public: bool = False,
    targets_progress: pd.DataFrame | None = None,
    basis: Method | str | None = None,
    catalogues: Catalogues | None = None,
) -> str:
    """Write the map of a reserve as one page that needs no network.

    Parameters
    ----------
    state
        The reserve as of a date.
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
        For readers outside the office: without the values of evidence, and with
        coordinates rounded to a metre.
    targets_progress
        Progress against the year's targets (`zqland.acreage.progress`).
    basis
        Area method of the totals; that of the ledger by default.
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
        parcels carry no areas on the basis.
    """
    view = View.of(
        language=language,
        unit=unit,
        background=basemap,
        public=public,
        basis=basis,
        catalogues=catalogues,
    )
    parcels = standing(state.parcels)
    contents = document(state, view, parcels=parcels, districts=districts)
    figures = figures_of(state, view, parcels)
    subtitle = view.say(
        words.RESERVE_SUBTITLE,
        on=state.on.isoformat(),
        count=f"{len(parcels):,}",
        area=figures.area(float(figures.areas.sum())),
    )
    usable = figures.usable(pd.Series(data=True, index=parcels.index))
    subtitle += f" · {usable}" if usable else ""
    title = view.say(words.RESERVE_TITLE)
    contents |= {
        "kind": "reserve",
        "match": None,
        "ledgers": figures.ledgers(view.catalogues, targets_progress),
        "facts": facts(state, view, title=title, subtitle=subtitle, basis=view.basis),
    }
    return page(
        contents,
        title=title,
        language=view.language,
        basemap=view.background,
        landscape=True,
    )
