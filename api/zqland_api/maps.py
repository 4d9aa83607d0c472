"""The maps of a desk: which records go into them, and in which dress."""

from __future__ import annotations

from zqland.matching import Answer
from zqland_api import books
from zqland_api.desk import Desk
from zqland_api.settings import DisplaySettings
from zqland_api.view import View
from zqland_maps import basemaps, match_map, reserve_map
from zqland_maps.basemaps import Basemap


def basemap_of(display: DisplaySettings) -> Basemap | None:
    """Return the basemap that the settings name.

    Parameters
    ----------
    display
        How things are shown.

    Raises
    ------
    MapError
        It is not known, or its key is missing.
    """
    key = display.basemap_key
    return basemaps.basemap(
        display.basemap, key=None if key is None else key.get_secret_value()
    )


def draw_reserve(
    desk: Desk, view: View, *, basemap: Basemap | None = None, public: bool = False
) -> str:
    """Draw the map of the reserve as of a day.

    Parameters
    ----------
    desk
        The desk.
    view
        The day, the unit and the language.
    basemap
        The map behind it.
    public
        True to leave out what is internal.

    Returns
    -------
    html
        One page with everything in it.
    """
    progress = books.open_books(desk, view).progress
    return reserve_map(
        desk.measured(view.on, view.basis),
        districts=desk.records.districts,
        language=view.language.value,
        unit=view.unit.value,
        basemap=basemap,
        public=public,
        targets_progress=None if progress.empty else progress,
        basis=view.basis,
        catalogues=desk.catalogues,
    )


def draw_matches(
    desk: Desk,
    answer: Answer,
    view: View,
    *,
    basemap: Basemap | None = None,
    public: bool = False,
) -> str:
    """Draw the map of the ground that fits a project.

    Parameters
    ----------
    desk
        The desk.
    answer
        The answer to show.
    view
        The day, the unit and the language.
    basemap
        The map behind it.
    public
        True to leave out what is internal.

    Returns
    -------
    html
        One page with everything in it.
    """
    return match_map(
        desk.measured(view.on, view.basis),
        answer,
        districts=desk.records.districts,
        language=view.language.value,
        unit=view.unit.value,
        basemap=basemap,
        public=public,
        catalogues=desk.catalogues,
    )
