"""Split, merge and correct parcels in the store.

The old parcels retire on the day on which the new ones begin; nothing of them is lost.
A new parcel has the status of the old one since the same day, and the evidence of its
park and of its assessed areas, for that is found by where it lies. What was said of the
old parcel itself need not be true of each part: a road along one is no road along the
other. So the caller chooses, entry by entry, what is said of which new parcel.

Holds are about ground and go on over it, whatever the parcels are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from zqland import crs, lineage
from zqland.errors import NotFoundError
from zqland.lineage import Ground, Kind, Succession
from zqland.text import Text
from zqland_geodata.errors import ChangedMeanwhileError, RecordError
from zqland_geodata.store import successions
from zqland_geodata.store.seeking import Place
from zqland_geodata.store.successions import Change, Child, parcel_evidence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from shapely import MultiPolygon, Polygon

    from zqland_geodata.store.reading import Reader
    from zqland_geodata.store.rows import Writer

    Shape = Polygon | MultiPolygon

__all__ = [
    "Child",
    "Kind",
    "Succession",
    "correct",
    "merge",
    "parcel_evidence",
    "split",
]

_MARGIN_DEG = 1e-6
"""Some decimetres, so that no neighbour is missed."""

_NO_PARCEL = Text(
    en="There is no parcel {parcel} in the store.", zh="台账库中没有地块 {parcel}。"
)
_RETIRED = Text(
    en="Parcel {parcel} retired on {day}. Look in its history for what came of it.",
    zh="地块 {parcel} 已于 {day} 注销。请在其历史中查看后续地块。",
)
_NOT_YET = Text(
    en="Parcel {parcel} begins on {day}, after {on}. Give a later day.",
    zh="地块 {parcel} 自 {day} 起存在，晚于 {on}。请使用较晚的日期。",
)
_UNSEEN = Text(
    en="You did not say which version of parcel {parcel} you read. Look at it, then "
    "decide again.",
    zh="未说明所读取的地块 {parcel} 的版本。请查看后重新决定。",
)
_NO_SHAPE = Text(
    en="Give the corrected shape of {child}.", zh="请提供 {child} 更正后的图形。"
)


def split(
    writer: Writer,
    parcel_id: str,
    children: Sequence[Child],
    *,
    on: dt.date,
    seen: int | None,
    document: str | None = None,
) -> Succession:
    """Split a parcel.

    Parameters
    ----------
    writer
        The revision that writes it.
    parcel_id
        The parcel.
    children
        The new parcels; one of them may be without a shape and gets the rest.
    on
        The first day of the new parcels.
    seen
        The version that the caller read; None does not ask what happened since.
    document
        Name or number of a document.

    Returns
    -------
    succession
        What came of it, with the remainders.

    Raises
    ------
    LineageError
        Areas would not add up; nothing is written then.
    NotFoundError
        There is no such parcel.
    RecordError
        It does not exist on that day, or what is said of the new parcels cannot be.
    KeyTakenError
        A number is taken.
    ChangedMeanwhileError
        Somebody changed the parcel since.
    """
    parents = _parents(
        writer, [parcel_id], on, None if seen is None else {parcel_id: seen}
    )
    shapes = {child.parcel_id: child.shape for child in children}
    around = _around(writer.reading, parents, list(shapes.values()))
    (old,) = _grounds(parents)
    done = lineage.split(old, shapes, neighbours=_grounds(around))
    successions.write(writer, Change(done, parents, tuple(children), on, document))
    return done


def merge(
    writer: Writer,
    parcel_ids: Sequence[str],
    child: Child,
    *,
    on: dt.date,
    seen: Mapping[str, int] | None,
    document: str | None = None,
) -> Succession:
    """Merge parcels that lie side by side.

    Parameters
    ----------
    writer
        The revision that writes it.
    parcel_ids
        The parcels.
    child
        The new parcel, without a shape.
    on
        The first day of the new parcel.
    seen
        The versions that the caller read, by parcel; None does not ask what happened
        since.
    document
        Name or number of a document.

    Returns
    -------
    succession
        What came of them, with the remainders.

    Raises
    ------
    LineageError
        Areas would not add up; nothing is written then.
    NotFoundError
        There is no such parcel.
    RecordError
        A parcel does not exist on that day, they differ in status, or in where they
        lie and the new parcel does not say.
    KeyTakenError
        The number is taken.
    ChangedMeanwhileError
        Somebody changed a parcel since.
    """
    parents = _parents(writer, parcel_ids, on, seen)
    around = _around(writer.reading, parents, [])
    done = lineage.merge(
        _grounds(parents), child.parcel_id, neighbours=_grounds(around)
    )
    successions.write(writer, Change(done, parents, (child,), on, document))
    return done


def correct(
    writer: Writer,
    parcel_id: str,
    child: Child,
    *,
    on: dt.date,
    seen: int | None,
    document: str | None = None,
) -> Succession:
    """Correct the boundary of a parcel.

    With a new number the old parcel retires: the boundary was changed that day. With
    the old number the boundary had been recorded wrongly: the parcel is as if it had
    always been so, and what was recorded before can be read as it was known then.

    Parameters
    ----------
    writer
        The revision that writes it.
    parcel_id
        The parcel.
    child
        The corrected parcel, with its shape.
    on
        The first day of the new parcel, or the day of the correction.
    seen
        The version that the caller read; None does not ask what happened since.
    document
        Name or number of a document.

    Returns
    -------
    succession
        What came of it, and how much ground it gained.

    Raises
    ------
    LineageError
        The shape takes ground of a neighbour, lies elsewhere or is no polygon.
    NotFoundError
        There is no such parcel.
    RecordError
        It does not exist on that day, or there is no shape.
    KeyTakenError
        The number is taken.
    ChangedMeanwhileError
        Somebody changed the parcel since.
    """
    if child.shape is None:
        raise RecordError(_NO_SHAPE.format(child=child.parcel_id))
    parents = _parents(
        writer, [parcel_id], on, None if seen is None else {parcel_id: seen}
    )
    around = _around(writer.reading, parents, [child.shape])
    (old,) = _grounds(parents)
    done = lineage.correct(
        old, child.shape, parcel_id=child.parcel_id, neighbours=_grounds(around)
    )
    change = Change(done, parents, (child,), on, document)
    if child.parcel_id == parcel_id:
        successions.write_in_place(writer, change)
    else:
        successions.write(writer, change)
    return done


def _parents(
    writer: Writer,
    parcel_ids: Sequence[str],
    on: dt.date,
    seen: Mapping[str, int] | None,
) -> gpd.GeoDataFrame:
    """Read the old parcels in the order given, if they exist on the day."""
    found = writer.reading.table("parcels", keys=list(parcel_ids), versions=True)
    for parcel_id in parcel_ids:
        if parcel_id not in found.index:
            raise NotFoundError(_NO_PARCEL.format(parcel=parcel_id))
        _check_there(parcel_id, found, on)
        if seen is not None and parcel_id not in seen:
            raise ChangedMeanwhileError(_UNSEEN.format(parcel=parcel_id))
    if seen is not None:
        # Says who changed what, before shapes are compared with those of others.
        same = pd.DataFrame({"parcel_id": list(dict.fromkeys(parcel_ids))})
        versions = [seen[str(name)] for name in same["parcel_id"]]
        writer.change_rows("parcels", same, seen=versions)
    return cast("gpd.GeoDataFrame", found.loc[list(parcel_ids)])


def _check_there(parcel_id: str, parcels: pd.DataFrame, on: dt.date) -> None:
    dates = parcels.loc[[parcel_id], ["began_on", "retired_on"]]
    ((began, retired),) = dates.to_numpy("datetime64[D]")
    if not np.isnat(retired):
        raise RecordError(_RETIRED.format(parcel=parcel_id, day=retired))
    if began > np.datetime64(on):
        raise RecordError(_NOT_YET.format(parcel=parcel_id, day=began, on=on))


def _around(
    reader: Reader, parents: gpd.GeoDataFrame, shapes: Sequence[Shape | None]
) -> gpd.GeoDataFrame:
    """Read what lies around the old and new shapes, in whatever zone."""
    zone = int(parents["home_zone"].iloc[0])
    drawn = [shape for shape in shapes if shape is not None and not shape.is_empty]
    new = crs.to_geographic(gpd.GeoSeries(drawn), zone)
    seen = gpd.GeoSeries([*parents.geometry, *new])
    west, south, east, north = seen.total_bounds
    margin = _MARGIN_DEG
    box = (west - margin, south - margin, east + margin, north + margin)
    found = reader.parcels(place=Place(bbox=box))
    others = found["retired_on"].isna() & ~found.index.isin(parents.index)
    return found[others]


def _grounds(parcels: pd.DataFrame) -> list[Ground]:
    columns = zip(
        parcels.index, parcels["home_zone"], parcels["home_geometry"], strict=True
    )
    return [Ground(str(name), int(zone), shape) for name, zone, shape in columns]
