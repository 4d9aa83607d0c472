"""What stands beside a figure of the stock: how much of it is held, and usable.

Ground is held in the plane. On another basis a parcel counts as held by the same share
as in the plane, so that a parcel that is held wholly is held wholly on every basis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland import holds
from zqland.ledger.books import BASES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from zqland.ledger.books import Books

    Floats = NDArray[np.float64]


def beside(
    books: Books, on: dt.date, entries: pd.DataFrame, keys: Sequence[str]
) -> pd.DataFrame:
    """Sum what of entries is held on a day, and what of them is usable.

    Parameters
    ----------
    books
        The books.
    on
        The day.
    entries
        Named entries, each parcel once per key.
    keys
        Columns to sum by.

    Returns
    -------
    figures
        One row per key, in no order: the keys, ``held_count`` (parcels of which any
        ground is held), and per basis ``held_<basis>_m2`` with
        ``held_<basis>_lacking_count`` (held parcels without a figure on the basis, not
        in the sum), ``usable_<basis>_m2`` and ``usable_<basis>_lacking_count`` (parcels
        that have a figure on the basis whose usable part is not known on it, and is
        not in the sum).
    """
    owner, share = entries["owner"].to_numpy(), entries["share"].to_numpy()
    kept = held_shares(books, on)[owner]
    figures: dict[str, Floats] = {"held_count": (kept > 0.0).astype(np.int64)}
    for basis in BASES:
        area = books.parcels[f"{basis}_m2"].to_numpy(np.float64)[owner]
        usable = books.parcels[f"usable_{basis}_m2"].to_numpy(np.float64)[owner]
        unknown = np.isnan(usable) & ~np.isnan(area)
        figures[f"held_{basis}_m2"] = np.nan_to_num(area * share * kept)
        lacking = np.isnan(area) & (kept > 0.0)
        figures[f"held_{basis}_lacking_count"] = lacking.astype(np.int64)
        figures[f"usable_{basis}_m2"] = np.nan_to_num(usable * share)
        figures[f"usable_{basis}_lacking_count"] = unknown.astype(np.int64)
    by = list(keys)
    return entries[by].assign(**figures).groupby(by, sort=False).sum().reset_index()


def held_shares(books: Books, on: dt.date) -> Floats:
    """Tell which share of the ground of each parcel is held on a day.

    Parameters
    ----------
    books
        The books.
    on
        The day.

    Returns
    -------
    shares
        From 0 to 1, in the order of the parcels; shape (n,).
    """
    shares = np.zeros(len(books.parcels))
    if books.reserve.holds.empty:
        return shares
    parcels = books.reserve.parcels
    held_m2 = holds.held(parcels, books.reserve.holds, on=on)["held_m2"].to_numpy()
    rows = np.flatnonzero(held_m2)
    whole = np.asarray(parcels["home_geometry"].array, dtype=object)[rows]
    shares[rows] = np.minimum(held_m2[rows] / shapely.area(whole), 1.0)
    return shares
