"""The free parcels of a reserve as columns, sorted by area, ready for many needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from zqland.areas import Method
from zqland.errors import BasisError
from zqland.matching.days import NEVER, day_number
from zqland.matching.parks import Parks, is_missing
from zqland.matching.score import static_points
from zqland.needs import PREDICATES, UTILITIES
from zqland.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from zqland.catalogues import Catalogues
    from zqland.constraints import Overlap, Overlay
    from zqland.matching.rules import MatchingRules
    from zqland.reserve import ReserveState


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Free parcels as of a date, one array per column, in ascending order of area.

    The area is the one on which lots are judged, which the rules choose: usable ground,
    or all of it. Areas that are not known on the basis stand last. The arrays are not
    to be written to; one snapshot serves any number of needs and threads.

    Attributes
    ----------
    on
        As-of date.
    basis
        Area method of `area_m2`.
    rules
        Rules of matching.
    catalogue_hash
        Which catalogues were used.
    fictional
        Whether the parcels describe no real ground.
    parks
        The parks; their places are the park codes.
    permitted
        Planned class to the classes of need that it permits.
    known
        Number of parcels whose area is known on the basis.
    parcel_id
        Identifiers.
    id_rank
        Place of each identifier in ascending order: the last word in every ranking.
    area_m2
        Square metres on the basis on which lots are judged; NaN where not known.
    total_m2, usable_m2
        All ground, and that without what is forbidden or deducted, on the basis.
    forbidden_m2
        Planar area that constraint layers forbid.
    is_forbidden
        Whether they forbid any.
    park_code
        Place of the park in `parks`; the number of parks where not known.
    class_code
        Place of the planned class in `classes`; the number of classes where not known.
    classes
        Planned classes that occur.
    reached_day, ready_day
        Per predicate: day number on which it was reached, and on which it is ready:
        the as-of day at the earliest, `NEVER` where it is not expected.
    until_day
        Per predicate: last day number on which it then still holds; `NEVER` where no
        end is known.
    capacity
        Per utility: capacity in its own unit; NaN where not known.
    price_wan_per_mu, compactness, access_m
        As in the table of parcels; NaN where not known.
    static_points
        Weighted parts of the score that do not depend on a need.
    has_layer
        Whether any parcel has a distance to the named layer.
    has_forbidden
        Whether any parcel has forbidden ground.
    place
        Places of the parcels in the table that they come from.
    overlay
        The constraint layers laid over that table, or None.
    """

    on: dt.date
    basis: Method
    rules: MatchingRules
    catalogue_hash: str
    fictional: bool
    parks: Parks
    permitted: Mapping[str, Collection[str]]
    known: int
    parcel_id: NDArray[np.object_]
    id_rank: NDArray[np.intp]
    area_m2: NDArray[np.float64]
    total_m2: NDArray[np.float64]
    usable_m2: NDArray[np.float64]
    forbidden_m2: NDArray[np.float64]
    is_forbidden: NDArray[np.bool_]
    park_code: NDArray[np.unsignedinteger]
    class_code: NDArray[np.unsignedinteger]
    classes: tuple[str, ...]
    reached_day: Mapping[str, NDArray[np.int32]]
    ready_day: Mapping[str, NDArray[np.int32]]
    until_day: Mapping[str, NDArray[np.int32]]
    capacity: Mapping[str, NDArray[np.float64]]
    price_wan_per_mu: NDArray[np.float64]
    compactness: NDArray[np.float64]
    access_m: NDArray[np.float64]
    static_points: NDArray[np.float64]
    has_layer: bool
    has_forbidden: bool
    place: NDArray[np.intp]
    overlay: Overlay | None = None

    @classmethod
    def of(
        cls,
        state: ReserveState,
        *,
        catalogues: Catalogues,
        basis: Method = Method.PLANAR,
        parks: pd.DataFrame | None = None,
        indicators: pd.DataFrame | None = None,
    ) -> Snapshot:
        """Take the free parcels of a reserve as of a date.

        Parameters
        ----------
        state
            The reserve as of a date.
        catalogues
            The rules.
        basis
            Area method in which needs will be compared.
        parks, indicators
            Tables to use in place of those of the reserve.

        Returns
        -------
        snapshot
            Its free parcels.

        Raises
        ------
        BasisError
            The parcels carry no areas on the basis.
        """
        column = f"{Method(basis)}_m2"
        if column not in state.parcels:
            raise BasisError(_NO_BASIS.format(basis=str(basis)))
        is_free = state.parcels["free"].to_numpy(dtype=bool)
        free = state.parcels[is_free]
        columns = {"parcel_id": free.index.to_numpy(dtype=object)}
        columns["area_m2"] = _floats(free, column)
        columns["place"] = np.flatnonzero(is_free)
        if f"usable_{column}" in free:
            columns["usable_m2"] = _floats(free, f"usable_{column}")
        words = (key for key in _WORDS if key in free)
        columns |= {key: free[key].to_numpy(dtype=object) for key in words}
        figures = (*UTILITIES.values(), *_FIGURES, "forbidden_m2")
        columns |= {key: _floats(free, key) for key in figures if key in free}
        columns |= {key: _days(free, key) for key in _DAY_COLUMNS if key in free}
        reserve = state.reserve
        known_parks = Parks.of(
            reserve.parks if parks is None else parks,
            reserve.indicators if indicators is None else indicators,
        )
        snapshot = cls.from_arrays(
            columns,
            on=state.on,
            basis=basis,
            parks=known_parks,
            catalogues=catalogues,
            fictional=reserve.fictional,
        )
        return replace(snapshot, overlay=state.overlay)

    @classmethod
    def from_arrays(
        cls,
        columns: Mapping[str, NDArray[Any]],
        *,
        on: dt.date,
        parks: Parks,
        catalogues: Catalogues,
        basis: Method = Method.PLANAR,
        fictional: bool = False,
    ) -> Snapshot:
        """Build a snapshot from columns in any order of parcels.

        Parameters
        ----------
        columns
            ``parcel_id`` (text) and ``area_m2`` (all ground); where known also
            ``usable_m2``, ``forbidden_m2``, ``park_id``, ``land_class`` (text),
            ``<predicate>_reached_on``, ``<predicate>_expected_on`` and
            ``<predicate>_holds_until`` (``datetime64``; without the last it never
            lapses), the capacities ``power_mva`` …, ``price_wan_per_mu``,
            ``compactness`` and ``access_m``. All of shape (n,).
        on
            As-of date.
        parks
            The parks.
        catalogues
            The rules.
        basis
            Area method of ``area_m2``.
        fictional
            Whether the parcels describe no real ground.

        Returns
        -------
        snapshot
            The parcels in ascending order of the area on which they are judged.
        """
        rules = catalogues.matching
        ids = columns["parcel_id"]
        rank = np.empty(len(ids), dtype=np.intp)
        rank[np.argsort(ids, kind="stable")] = np.arange(len(ids))
        total = np.asarray(columns["area_m2"], dtype=np.float64)
        usable = np.asarray(columns.get("usable_m2", total), dtype=np.float64)
        area = usable if rules.judged_on == "usable" else total
        order = np.lexsort((rank, area))
        forbidden = _figures_of(columns.get("forbidden_m2"), order)
        numbers = {
            key: _column(columns, key, order)
            for key in (*UTILITIES.values(), *_FIGURES)
        }
        park_code, parks = _park_codes(columns, order, parks)
        class_code, classes = _class_codes(columns, order)
        readiness = {key: _readiness(columns, key, order, on) for key in PREDICATES}
        return cls(
            on=on,
            basis=Method(basis),
            rules=rules,
            catalogue_hash=catalogues.hash,
            fictional=fictional,
            parks=parks,
            permitted=catalogues.permitted,
            known=int(np.count_nonzero(~np.isnan(area))),
            parcel_id=ids[order],
            id_rank=rank[order],
            area_m2=area[order],
            total_m2=total[order],
            usable_m2=usable[order],
            forbidden_m2=forbidden,
            is_forbidden=forbidden > 0,
            park_code=park_code,
            class_code=class_code,
            classes=classes,
            reached_day={key: days[0] for key, days in readiness.items()},
            ready_day={key: days[1] for key, days in readiness.items()},
            until_day={
                key: _day_numbers(columns, f"{key}_holds_until", order)
                for key in PREDICATES
            },
            capacity={key: numbers[column] for key, column in UTILITIES.items()},
            price_wan_per_mu=numbers["price_wan_per_mu"],
            compactness=numbers["compactness"],
            access_m=numbers["access_m"],
            static_points=static_points(rules, numbers),
            has_layer=bool(np.isfinite(numbers["access_m"]).any()),
            has_forbidden=bool((forbidden > 0).any()),
            place=np.asarray(columns.get("place", np.arange(len(ids))))[order],
        )

    def __len__(self) -> int:
        """Return the number of free parcels."""
        return len(self.area_m2)

    @property
    def is_constrained(self) -> bool:
        """Whether constraint layers were laid over the parcels."""
        return self.overlay is not None and bool(self.overlay.layers)

    def overlaps(self, row: int) -> tuple[Overlap, ...]:
        """Return what constraint layers concern of a parcel."""
        if self.overlay is None:
            return ()
        return self.overlay.at(int(self.place[row]))

    def park_id(self, row: int) -> str:
        """Return the code of a parcel's park, or an empty text."""
        code = int(self.park_code[row])
        return self.parks.ids[code] if code < len(self.parks.ids) else ""


_WORDS: Final = ("park_id", "land_class")
_FIGURES: Final = ("price_wan_per_mu", "compactness", "access_m")
_DAY_COLUMNS: Final = tuple(
    f"{predicate}_{which}"
    for predicate in PREDICATES
    for which in ("reached_on", "expected_on", "holds_until")
)
_NO_BASIS: Final = Text(
    en="the parcels carry no areas by the method {basis}; "
    "derive the state with it first",
    zh="地块没有按{basis}方法计算的面积；请先按该方法计算",
)


def _floats(parcels: pd.DataFrame, column: str) -> NDArray[np.float64]:
    return parcels[column].to_numpy(dtype=np.float64, na_value=np.nan)


def _days(parcels: pd.DataFrame, column: str) -> NDArray[np.datetime64]:
    days: NDArray[np.datetime64] = parcels[column].to_numpy(dtype="datetime64[D]")
    return days


def _column(
    columns: Mapping[str, NDArray[Any]], key: str, order: NDArray[np.intp]
) -> NDArray[np.float64]:
    if key not in columns:
        return np.full(len(order), np.nan)
    return np.asarray(columns[key], dtype=np.float64)[order]


def _figures_of(
    figures: NDArray[Any] | None, order: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Order figures; none are zero."""
    if figures is None:
        return np.zeros(len(order))
    return np.asarray(figures, dtype=np.float64)[order]


def _readiness(
    columns: Mapping[str, NDArray[Any]],
    predicate: str,
    order: NDArray[np.intp],
    on: dt.date,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    reached = _day_numbers(columns, f"{predicate}_reached_on", order)
    expected = _day_numbers(columns, f"{predicate}_expected_on", order)
    holds = reached != NEVER
    today = day_number(on)
    # What was due before the as-of day and is still open cannot be ready before it.
    ready = np.where(holds, np.int32(today), np.maximum(expected, np.int32(today)))
    return reached, ready.astype(np.int32)


def _day_numbers(
    columns: Mapping[str, NDArray[Any]], key: str, order: NDArray[np.intp]
) -> NDArray[np.int32]:
    if key not in columns:
        return np.full(len(order), NEVER, dtype=np.int32)
    days = np.asarray(columns[key], dtype="datetime64[D]")[order]
    numbers = np.where(np.isnat(days), NEVER, days.astype(np.int64))
    return numbers.astype(np.int32)


def _park_codes(
    columns: Mapping[str, NDArray[Any]], order: NDArray[np.intp], parks: Parks
) -> tuple[NDArray[np.unsignedinteger], Parks]:
    codes, found = _codes(columns.get("park_id"), order, parks.ids)
    if len(found) == len(parks.ids):
        return codes, parks
    # Parcels may name parks that the table of parks does not hold.
    return codes, Parks(found, parks.names, parks.sectors, parks.limits)


def _class_codes(
    columns: Mapping[str, NDArray[Any]], order: NDArray[np.intp]
) -> tuple[NDArray[np.unsignedinteger], tuple[str, ...]]:
    return _codes(columns.get("land_class"), order, ())


def _codes(
    words: NDArray[Any] | None, order: NDArray[np.intp], known: tuple[str, ...]
) -> tuple[NDArray[np.unsignedinteger], tuple[str, ...]]:
    """Give words numbers by their place in a sorted list; a missing one comes last."""
    if words is None:
        return np.full(len(order), len(known), np.min_scalar_type(len(known))), known
    listed = words.tolist()
    present = {word for word in set(listed) if not is_missing(word)}
    vocabulary = tuple(sorted(present | set(known)))
    place = {word: number for number, word in enumerate(vocabulary)}
    missing = len(vocabulary)
    codes = np.fromiter(
        (place.get(word, missing) for word in listed),
        np.min_scalar_type(missing),
        len(listed),
    )
    return codes[order], vocabulary
