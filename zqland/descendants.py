"""Where the ground of a record lies now, after splits, mergers and corrections.

Contracts and approvals stay with the parcel that they were written for. When it is
split or merged, its ground is followed to the parcels that stand there now, by the
share of area that went into each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from zqland.ledger.descent import Descent

    Integers = npt.NDArray[np.int64]


def follow(
    places: Integers,
    descent: Descent,
    *,
    earliest: Mapping[str, Integers] | None = None,
    latest: Mapping[str, Integers] | None = None,
) -> pd.DataFrame:
    """Follow ground from the records that it was written for to those of now.

    Parameters
    ----------
    places
        Place of the record of each row among the parcels; below 0 for none.
    descent
        How ground went on (`zqland.ledger.descent.trace`).
    earliest, latest
        Numbers per parcel whose least or greatest is kept along each way, such as
        days of supply.

    Returns
    -------
    ways
        One row per way from a row to a record of now: ``row``, ``place``, ``share``
        (of the ground of the row; the shares of a row add up to 1) and the columns of
        ``earliest`` and ``latest``.

    Examples
    --------
    >>> import datetime as dt
    >>> from zqland.ledger.descent import trace
    >>> parcels = pd.DataFrame(index=["A", "A-1", "A-2"])
    >>> lineage = pd.DataFrame(
    ...     {
    ...         "parent_id": "A",
    ...         "child_id": ["A-1", "A-2"],
    ...         "happened_on": pd.to_datetime(["2023-05-01"] * 2),
    ...     }
    ... )
    >>> weights = pd.Series([400.0, 100.0, 300.0], parcels.index)
    >>> descent = trace(parcels, lineage, weights=weights, on=dt.date(2023, 9, 5))
    >>> follow(np.array([0]), descent)[["place", "share"]].values.tolist()
    [[1.0, 0.25], [2.0, 0.75]]
    """
    row = np.flatnonzero(places >= 0)
    folds = {**(earliest or {}), **(latest or {})}
    start = {name: values[places[row]] for name, values in folds.items()}
    ways = pd.DataFrame({"row": row, "place": places[row], "share": 1.0, **start})
    steps = pd.DataFrame(
        {"place": descent.parent, "child": descent.child, "given": descent.given}
    )
    ended = []
    # A step of time per turn: as deep as parcels were split one after the other.
    while len(ways):
        goes_on = ways["place"].isin(steps["place"])
        ended.append(ways[~goes_on])
        moved = ways[goes_on].merge(steps, on="place")
        child = moved.pop("child")
        moved["place"] = child
        moved["share"] *= moved.pop("given")
        for name, values in folds.items():
            fold = np.maximum if name in (latest or {}) else np.minimum
            moved[name] = fold(moved[name].to_numpy(), values[child.to_numpy()])
        ways = moved
    found = pd.concat(ended) if ended else ways
    return found.sort_values(["row", "place"], kind="stable", ignore_index=True)
