"""A reserve as of a date, brought up to date where its records were changed.

To derive a whole reserve takes far longer than to derive the few parcels that a new
entry concerns. The result is that of `zqland.reserve.as_of`, row by row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from zqland import constraints, holds
from zqland.constraints import Overlay
from zqland.reserve import Reserve, ReserveState, as_of, derive, with_derived
from zqland.status import Status

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from zqland.catalogues import Catalogues

    Places = NDArray[np.intp]


def refreshed(
    state: ReserveState,
    reserve: Reserve,
    *,
    touched: Collection[str],
    catalogues: Catalogues,
) -> ReserveState:
    """Bring a state up to date, deriving only the parcels that a change concerns.

    Parameters
    ----------
    state
        The reserve as of a date, before the change.
    reserve
        The records after it: the parcels that exist on that date, all evidence.
    touched
        The parcels that are new, changed or gone, or of which evidence, status
        events or holds are others now; their own, or those of their park or areas.
    catalogues
        The rules that the state was derived by.

    Returns
    -------
    state
        What `zqland.reserve.as_of` gives for these records.
    """
    laid, before = state.overlay, state.parcels.index
    index = reserve.parcels.index
    if index.equals(before):
        # That index knows its places already, which a new one would have to find out.
        index = before
    named = index.get_indexer(pd.Index(list(touched), dtype=index.dtype))
    rows = np.unique(named[named >= 0])
    order = _order(before, index, rows)
    if laid is None or not len(index) or (order < 0).any():
        return as_of(reserve, on=state.on, catalogues=catalogues)
    if not len(rows):
        # One parcel, to learn which columns are derived.
        rows = np.zeros(1, dtype=np.intp)
        order[0] = len(before)
    part = _part(reserve, rows)
    over = constraints.overlay(part.parcels, reserve.constraints)
    anew = derive(part, on=state.on, catalogues=catalogues, overlay=over)
    old = pd.DataFrame(state.parcels)
    if index is before:
        derived = _in_place(old, anew, rows)
    else:
        both = pd.concat([old[list(anew.columns)], anew])
        derived = both.iloc[order].set_axis(index)
    return replace(
        state,
        reserve=reserve,
        parcels=with_derived(reserve.parcels.set_axis(index), derived),
        overlay=_spliced(laid, over, order, index),
    )


def offered_to(state: ReserveState, project_id: str) -> ReserveState:
    """Free the ground that is held for a project, as far as that project is asking.

    Parameters
    ----------
    state
        The reserve as of a date.
    project_id
        The project; holds for others, also beside its own on one parcel, stay.

    Returns
    -------
    state
        The same where nothing is held for the project; else with ``held``,
        ``held_m2``, ``held_until``, ``hold_ids`` and ``free`` as the project sees
        them.
    """
    kept = state.reserve.holds
    if kept.empty:
        return state
    own = set(kept.loc[kept["project_id"] == project_id, "hold_id"])
    listed = state.parcels["hold_ids"]
    is_held = state.parcels["held"].to_numpy(np.bool_)
    # Few parcels are held, so they are looked at one by one.
    rows = [
        row for row in np.flatnonzero(is_held) if not own.isdisjoint(listed.iloc[row])
    ]
    if not rows:
        return state
    parcels = state.parcels.copy()
    asked = gpd.GeoDataFrame(parcels.iloc[np.array(rows)])
    seen = holds.held(asked, kept, on=state.on, project_id=project_id)
    in_reserve = (asked["status"] == Status.IN_RESERVE).to_numpy(np.bool_)
    seen["free"] = in_reserve & ~seen["held"].to_numpy(np.bool_)
    for name in seen:
        column = parcels[name].to_numpy(copy=True)
        column[rows] = seen[name].to_numpy()
        parcels[name] = column
    return replace(state, parcels=parcels)


def _in_place(old: pd.DataFrame, anew: pd.DataFrame, rows: Places) -> pd.DataFrame:
    """Put rows that were derived anew in their places, and share what is as before."""
    return pd.DataFrame(
        {name: _replaced(old[name], anew[name], rows) for name in anew},
        index=old.index,
        copy=False,
    )


def _replaced(
    old: pd.Series[Any], anew: pd.Series[Any], rows: Places
) -> pd.Series[Any]:
    if old.dtype != anew.dtype:
        order = np.arange(len(old))
        order[rows] = len(old) + np.arange(len(rows))
        both: pd.Series[Any] = pd.concat([old, anew])
        return both.iloc[order].set_axis(old.index)
    if old.iloc[rows].equals(anew):
        return old
    values = old.array.copy()
    values[rows] = anew.array
    return pd.Series(values, index=old.index, name=old.name, copy=False)


def _order(before: pd.Index, index: pd.Index, rows: Places) -> Places:
    """Find each parcel among the old ones with the derived ones behind them."""
    order = np.arange(len(index)) if index is before else before.get_indexer(index)
    order[rows] = len(before) + np.arange(len(rows))
    return order


def _part(reserve: Reserve, rows: Places) -> Reserve:
    """Take some parcels with all that their state rests on."""
    parcels = reserve.parcels.iloc[rows]
    ids = set(parcels.index)
    subjects = ids | set(parcels["park_id"].dropna())
    if "area_ids" in parcels:
        listed = parcels["area_ids"].dropna().astype(object)
        subjects |= {one.strip() for text in listed for one in str(text).split(";")}
    events = reserve.status_events
    return replace(
        reserve,
        parcels=parcels,
        evidence=_about(reserve.evidence, subjects),
        status_events=events[events["parcel_id"].isin(ids)],
        holds=_placed(reserve),
    )


def _about(evidence: pd.DataFrame, subjects: set[str]) -> pd.DataFrame:
    """Take the evidence about subjects, and whatever corrects it."""
    chosen = evidence["subject_id"].isin(subjects).to_numpy(np.bool_, copy=True)
    if "supersedes" in evidence and "evidence_id" in evidence:
        # A correction may say that the fact is about another subject.
        corrects = np.flatnonzero(evidence["supersedes"].notna().to_numpy(np.bool_))
        corrected = evidence["supersedes"].iloc[corrects]
        about = corrected.isin(evidence.loc[chosen, "evidence_id"])
        chosen[corrects[about.to_numpy(np.bool_)]] = True
    return evidence.iloc[np.flatnonzero(chosen)]


def _placed(reserve: Reserve) -> pd.DataFrame:
    """Give holds their ground, which may be that of parcels outside the part."""
    if reserve.holds.empty:
        return reserve.holds
    return holds.grounded(reserve.holds, reserve.parcels)


def _spliced(old: Overlay, part: Overlay, order: Places, index: pd.Index) -> Overlay:
    """Put what was laid over some parcels in the place of what was there."""
    shapes = np.concatenate(
        [np.asarray(laid.usable_geometry.array, dtype=object) for laid in (old, part)]
    )
    forbidden = np.concatenate([old.forbidden_m2, part.forbidden_m2])
    reduced = np.concatenate([old.is_reduced, part.is_reduced])
    return Overlay(
        layers=old.layers,
        overlaps=_overlaps(old, part, order),
        usable_geometry=gpd.GeoSeries(shapes[order], index=index),
        forbidden_m2=forbidden[order],
        is_reduced=reduced[order],
    )


def _overlaps(old: Overlay, part: Overlay, order: Places) -> pd.DataFrame:
    if not old.layers:
        return old.overlaps
    count = len(old.forbidden_m2)
    place = np.full(count + len(part.forbidden_m2), -1, dtype=np.intp)
    place[order] = np.arange(len(order))
    moved = part.overlaps.assign(row=part.overlaps["row"] + count)
    both = pd.concat([old.overlaps, moved], ignore_index=True)
    both["row"] = place[both["row"].to_numpy(dtype=np.intp)]
    both = both[both["row"] >= 0]
    return both.sort_values("row", kind="stable", ignore_index=True)
