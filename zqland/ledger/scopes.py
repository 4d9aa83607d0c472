"""Which parcels a figure is about: the city, a district, a park, a level of parks.

======================  ==========================================================
``city``                every parcel
``park:GXQ``            a park and the parks that belong to it
``district:441204``     a district
``level:national``      parks of a level; a park has the level that it was approved at
``level:provincial+``   parks of a level or higher, and the parks that belong to them
``GXQ``, ``441204``     as in a table of targets: a park or else a district
======================  ==========================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zqland.errors import NotFoundError
from zqland.text import Text

if TYPE_CHECKING:
    from zqland.readiness.timeline import Booleans

CITY: Final = "city"
"""Scope that counts every parcel."""

LEVELS: Final = ("national", "provincial", "municipal")
"""Levels of parks, the highest first."""

PROVINCIAL_UP: Final = "level:provincial+"
"""Parks of provincial level and higher (省级以上园区)."""

_UNKNOWN = Text(
    en="There is no scope “{found}”. Give city, the code of a park or a district, "
    "park:CODE, district:CODE, level:LEVEL or level:LEVEL+; levels are {levels}.",
    zh="没有范围“{found}”。请填 city、园区代码、县(市、区)代码、park:代码、"
    "district:代码、level:级别 或 level:级别+；级别有 {levels}。",
)


def inside(parcels: pd.DataFrame, parks: pd.DataFrame, scope: str) -> Booleans:
    """Tell which parcels lie in a scope.

    Parameters
    ----------
    parcels
        Parcels with ``park_id`` and ``district``.
    parks
        Parks, indexed by their ids, with ``level``, ``district`` and, if any,
        ``parent``.
    scope
        The scope.

    Returns
    -------
    inside
        Shape (n,).

    Raises
    ------
    NotFoundError
        No park, district or level has that name.

    Examples
    --------
    >>> parks = pd.DataFrame({"level": ["national"], "district": ["441284"]}, ["GXQ"])
    >>> parcels = pd.DataFrame({"park_id": ["GXQ", None], "district": "441284"})
    >>> inside(parcels, parks, "level:provincial+").tolist()
    [True, False]
    """
    kind, _, name = scope.rpartition(":")
    if scope == CITY:
        return np.ones(len(parcels), dtype=np.bool_)
    if kind == "level" and name.removesuffix("+") in LEVELS:
        return _in_parks(parcels, _of_level(parks, name))
    if kind in ("", "park") and _names(parks.index, parcels["park_id"], name):
        return _in_parks(parcels, _with_members(parks, {name}))
    if kind in ("", "district") and _names(
        parks.get("district"), parcels["district"], name
    ):
        return parcels["district"].eq(name).fillna(value=False).to_numpy(np.bool_)
    raise NotFoundError(_UNKNOWN.format(found=scope, levels=", ".join(LEVELS)))


def levels(parcels: pd.DataFrame, parks: pd.DataFrame) -> pd.Series[str]:
    """Find the level of the park of each parcel; missing without a park."""
    known = parks["level"] if "level" in parks else pd.Series(dtype="str")
    return parcels["park_id"].map(known).astype("str")


def _in_parks(parcels: pd.DataFrame, parks: set[str]) -> Booleans:
    return parcels["park_id"].isin(parks).to_numpy(np.bool_)


def _of_level(parks: pd.DataFrame, name: str) -> set[str]:
    if not name.endswith("+"):
        return set(parks.index[parks["level"] == name])
    ranks = LEVELS[: LEVELS.index(name.removesuffix("+")) + 1]
    return _with_members(parks, set(parks.index[parks["level"].isin(ranks)]))


def _with_members(parks: pd.DataFrame, found: set[str]) -> set[str]:
    """Add the parks that belong to parks, however deep."""
    if "parent" not in parks:
        return found
    while True:
        members = set(parks.index[parks["parent"].isin(found)])
        if members <= found:
            return found
        found = found | members


def _names(
    known: pd.Index[str] | pd.Series[str] | None, used: pd.Series[str], name: str
) -> bool:
    return (known is not None and bool(known.isin([name]).any())) or bool(
        used.isin([name]).any()
    )
