"""Constraint layers as they travel in the data block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland.constraints import RULE_TEXTS, Side
from zqland_maps import encoding

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from zqland.constraints import ConstraintLayer
    from zqland.reserve import ReserveState
    from zqland_maps.contents import View
    from zqland_maps.ground import Display

_LIGHT_DEGREES = 2e-5
"""Vertices nearer than this to a straight line, some two metres, serve no reader."""


def constraints_document(
    state: ReserveState, view: View, parcels: gpd.GeoDataFrame, display: Display
) -> dict[str, Any] | None:
    """Write the constraint layers around some parcels, and what they concern.

    Parameters
    ----------
    state
        The reserve as of a date.
    view
        How the page is to be written.
    parcels
        Those of the state's parcels that the page shows.
    display
        How coordinates are shown.

    Returns
    -------
    document
        ``layers`` in their order, with the number of parcels and the ground that each
        concerns, and ``overlaps`` (row of the parcel, place of the layer, planar area
        and share). None where there are no layers, and for readers outside the office,
        who are told the usable areas but not whose red lines lie where.
    """
    if view.public or state.overlay is None or not state.overlay.layers:
        return None
    found = state.overlay.overlaps
    rows = parcels.index.get_indexer(pd.Index(found["parcel_id"]))
    shown, rows = found[rows >= 0], rows[rows >= 0]
    keys = [layer.key for layer in state.overlay.layers]
    places = np.array([keys.index(key) for key in shown["layer"]], dtype=np.int64)
    return {
        "layers": [
            _layer(layer, view, parcels, display)
            | _concerned(shown, places == place, view)
            for place, layer in enumerate(state.overlay.layers)
        ],
        "overlaps": {
            "count": len(shown),
            "row": encoding.whole_numbers(rows),
            "layer": encoding.whole_numbers(places),
            "area": encoding.numbers(shown["area_m2"], step=0.0001),
            "share": encoding.numbers(shown["share"], step=0.0001),
        },
    }


def _layer(
    layer: ConstraintLayer, view: View, parcels: gpd.GeoDataFrame, display: Display
) -> dict[str, Any]:
    shapes = layer.drawn(parcels).simplify(_LIGHT_DEGREES)
    return {
        "key": layer.key,
        "label": view.say(layer.text),
        "rule": layer.rule.value,
        "rule_label": view.say(RULE_TEXTS[layer.rule]),
        "is_outside": layer.side is Side.OUTSIDE,
        "shapes": encoding.shapes(display.shown(shapes), step=display.step),
    }


def _concerned(
    overlaps: pd.DataFrame, members: NDArray[np.bool_], view: View
) -> dict[str, Any]:
    """Count the parcels that a layer concerns and add up the ground."""
    area_m2 = float(overlaps.loc[members, "area_m2"].sum())
    return {"count": int(members.sum()), "area": view.area(area_m2)}
