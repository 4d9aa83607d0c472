"""Compare delivered tables with those of the store, row by row and cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import crs
from zqland_geodata.store import boundaries, deliveries, records

if TYPE_CHECKING:
    from zqland.findings import Finding
    from zqland_geodata.store.boundaries import Booleans
    from zqland_geodata.store.schema import Record

CELLS = ("key", "column", "before", "after")
"""Columns of the cells that change."""

MOVED = ("key", "before_m2", "after_m2", "gained_m2", "lost_m2")
"""Columns of the boundaries that move."""

CONTENT = {
    "evidence": (
        "subject_kind",
        "subject_id",
        "item",
        "done_on",
        "due_on",
        "expires_on",
        "value",
        "unit",
        "document",
        "supersedes",
    ),
    "status_events": ("parcel_id", "status", "happened_on", "document"),
}
"""What an entry says, by table; who recorded it and when belongs to the store."""

_SHAPES = ("home_geometry", "geometry")
_DEGREES_SAME = 1e-8
_SAME_NUMBER = 1e-12


@dataclass(frozen=True, slots=True)
class TableDiff:
    """How a delivered table differs from that of the store.

    Attributes
    ----------
    added
        New rows, keys as columns.
    changed
        Rows of the store as they shall be.
    seen
        The versions of those rows.
    cells
        The cells that change: ``key``, ``column``, ``before`` and ``after``; shapes
        are not among them.
    moved
        Parcels whose boundaries move: ``key``, ``before_m2``, ``after_m2``,
        ``gained_m2`` and ``lost_m2``.
    findings
        What was found while comparing.
    """

    added: pd.DataFrame
    changed: pd.DataFrame = field(default_factory=pd.DataFrame)
    seen: tuple[int, ...] = ()
    cells: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=CELLS))
    moved: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=MOVED))
    findings: tuple[Finding, ...] = ()


def rows(record: Record, new: pd.DataFrame, old: pd.DataFrame) -> TableDiff:
    """Compare a table whose rows have keys and may change.

    Parameters
    ----------
    record
        The table of the store.
    new
        The delivered rows, typed, each with a key of its own.
    old
        The rows of the store with their versions.

    Returns
    -------
    diff
        New and changed rows. A column without any value was not delivered.
    """
    place = pd.Series(range(len(old)), index=_index(record, old))
    found = place.reindex(_index(record, new))
    known = found.notna().to_numpy()
    kept = old.iloc[found[known].to_numpy(dtype="int64")].reset_index(drop=True)
    given = new[known].reset_index(drop=True)
    # Judged by all rows, new ones among them, so that once more means the same.
    said = {str(name) for name in new if new[name].notna().any()}
    findings = [
        deliveries.ABSENT.finding("", str(name), table=record.word)
        for name in given.columns.difference(list(said))
        if name in kept and kept[name].notna().any()
    ]
    shall, marks = _overlaid(record, kept, given[[*said]])
    moved = _moved(record, kept, given, shall)
    touched = np.zeros(len(kept), dtype=np.bool_)
    touched[moved.index] = True
    for differs in marks.values():
        touched |= differs
    places = np.flatnonzero(touched)
    keys = [_shown(key) for key in records.keys_of(record, kept.iloc[places])]
    names = pd.Series(keys, index=places, dtype="str")
    moved.insert(0, "key", names.reindex(moved.index))
    return TableDiff(
        added=new[~known].reset_index(drop=True),
        changed=shall.iloc[places].reset_index(drop=True),
        seen=tuple(int(one) for one in kept["version"].iloc[places]),
        cells=_cells(kept, shall, marks, names),
        moved=moved.reset_index(drop=True),
        findings=tuple(findings),
    )


def entries(record: Record, new: pd.DataFrame, old: pd.DataFrame) -> TableDiff:
    """Compare a table whose entries are never changed.

    An entry with a number is known by it, another by what it says.

    Parameters
    ----------
    record
        The table of the store.
    new
        The delivered entries, typed.
    old
        All entries of the store, those among them that were corrected.

    Returns
    -------
    diff
        New entries, without a number where they had none; entries of the store that
        say something else are findings.
    """
    (key,) = record.key
    content = [name for name in CONTENT[record.name] if new[name].notna().any()]
    numbers = _numbers(record, new, old)
    named = numbers.notna().to_numpy()
    stored = pd.Series(range(len(old)), index=pd.Index(old[key], dtype="str"))
    found = stored.reindex(pd.Index(numbers, dtype="str"))
    is_known = found.notna().to_numpy()
    findings = _other_content(
        record, new[is_known], old.iloc[found[is_known].to_numpy("int64")], content
    )
    is_said = _said(new[content], old[content]) if len(old) else np.zeros_like(named)
    is_twin = new[content].duplicated().to_numpy()
    is_new = np.where(named, ~is_known, ~(is_said | is_twin))
    added = new.assign(**{key: numbers})[is_new].reset_index(drop=True)
    return TableDiff(added=added, findings=tuple(findings))


def differing(one: pd.Series, other: pd.Series) -> Booleans:
    """Tell where two columns differ; nothing equals nothing.

    Numbers that differ by less than `_SAME_NUMBER` of their size are the same: a
    figure in mu and the same in square metres differ in the last binary digit.

    Parameters
    ----------
    one, other
        Columns of the same length.

    Returns
    -------
    differs
        Shape (n,).
    """
    empty, vacant = one.isna().to_numpy(), other.isna().to_numpy()
    differs: Booleans = empty != vacant
    both = np.flatnonzero(~empty & ~vacant)
    left, right = (_plain(column.iloc[both]) for column in (one, other))
    if left.dtype.kind == right.dtype.kind == "f":
        differs[both] = ~np.isclose(left, right, rtol=_SAME_NUMBER, atol=0.0)
    else:
        differs[both] = (left != right).astype(np.bool_)
    return differs


def _plain(column: pd.Series) -> np.ndarray:
    """Give values that numpy compares; texts one by one."""
    is_plain = isinstance(column.dtype, np.dtype)
    return column.to_numpy() if is_plain else column.astype("object").to_numpy()


def _index(record: Record, table: pd.DataFrame) -> pd.Index:
    keys = [table[name].astype("object") for name in record.key]
    index: pd.Index = pd.MultiIndex.from_arrays(keys)
    return index.get_level_values(0) if len(keys) == 1 else index


def _overlaid(
    record: Record, kept: pd.DataFrame, given: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, Booleans]]:
    """Lay what is delivered over the rows of the store, and mark what changes."""
    names = [column.name for column in record.columns]
    shall = kept[[name for name in names if name in kept]].copy()
    marks: dict[str, Booleans] = {}
    for name in map(str, shall):
        if name in record.key or name in _SHAPES or name not in given:
            continue
        differs = differing(kept[name], given[name])
        if differs.any():
            marks[name] = differs
            shall[name] = given[name].array
            if given[name].dtype.kind == "f":
                shall[name] = kept[name].mask(differs, given[name])
    if record.name == "parks":
        _overlay_outlines(shall, given, marks)
    return shall, marks


def _overlay_outlines(
    parks: pd.DataFrame, given: pd.DataFrame, marks: dict[str, Booleans]
) -> None:
    """Take outlines of parks; a mere point does not replace an outline."""
    if "geometry" not in given:
        return
    old = np.asarray(parks["geometry"].array, dtype=object)
    new = np.asarray(given["geometry"].array, dtype=object)
    is_worse = (shapely.get_dimensions(new) < shapely.get_dimensions(old)) | (
        shapely.is_missing(new)
    )
    same = shapely.equals_exact(old, new, _DEGREES_SAME, normalize=True)
    differs = ~is_worse & ~same
    if differs.any():
        marks["geometry"] = differs
        shapes = np.where(differs, new, old)
        parks["geometry"] = gpd.GeoSeries(shapes, index=parks.index, crs=4490)


def _moved(
    record: Record, kept: pd.DataFrame, given: pd.DataFrame, shall: pd.DataFrame
) -> pd.DataFrame:
    """Take the shapes that moved and those of another zone; the others stay."""
    if record.name != "parcels" or kept.empty:
        return pd.DataFrame(columns=MOVED[1:], dtype="float64")
    moved = boundaries.compare(kept, given)
    # Shapes in degrees are derived, whatever the files have.
    home = gpd.GeoSeries(given["home_geometry"])
    degrees = crs.to_geographic(home, given["home_zone"])
    is_taken = np.zeros(len(kept), dtype=np.bool_)
    is_taken[moved.index] = True
    is_taken |= (kept["home_zone"] != given["home_zone"]).to_numpy()
    for name, shapes in zip(_SHAPES, (home, degrees), strict=True):
        old = np.asarray(kept[name].array, dtype=object)
        new = np.asarray(shapes.array, dtype=object)
        chosen = np.where(is_taken, new, old)
        shall[name] = gpd.GeoSeries(chosen, index=shall.index, crs=shapes.crs)
    return moved


def _cells(
    kept: pd.DataFrame,
    shall: pd.DataFrame,
    marks: dict[str, Booleans],
    names: pd.Series,
) -> pd.DataFrame:
    """List the cells that change, row by row."""
    parts = [
        pd.DataFrame(
            {
                "key": names[np.flatnonzero(differs)],
                "column": column,
                "before": kept[column][differs].astype("object"),
                "after": shall[column][differs].astype("object"),
            },
        )
        for column, differs in marks.items()
        if column not in _SHAPES
    ]
    if not parts:
        return pd.DataFrame(columns=CELLS)
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)


def _numbers(record: Record, new: pd.DataFrame, old: pd.DataFrame) -> pd.Series:
    """Give the numbers of entries; names after a place in a file are none."""
    (key,) = record.key
    if key not in new:
        return pd.Series(None, index=new.index, dtype="str")
    numbers = new[key]
    if record.name != "evidence":
        return numbers
    maybe = np.flatnonzero(numbers.fillna("").str.contains("!", regex=False))
    ends = zip(numbers.iloc[maybe], new["item"].fillna("").iloc[maybe], strict=True)
    placed = [str(number).endswith(f":{item}") for number, item in ends]
    rows = maybe[np.array(placed, dtype=np.bool_)]
    if not len(rows):
        return numbers
    given = numbers.iloc[rows]
    is_used = given.isin(new["supersedes"].dropna()) | given.isin(old[key])
    is_made = np.zeros(len(new), dtype=np.bool_)
    is_made[rows[~is_used.to_numpy()]] = True
    return numbers.mask(is_made)


def _said(new: pd.DataFrame, old: pd.DataFrame) -> Booleans:
    """Tell which entries say what an entry of the store says."""
    known = old.drop_duplicates()
    names = list(new.columns)
    merged = new.merge(known, on=names, how="left", indicator=True)
    return (merged["_merge"] == "both").to_numpy()


def _other_content(
    record: Record, new: pd.DataFrame, old: pd.DataFrame, content: list[str]
) -> list[Finding]:
    """Report entries whose number means something else in the store."""
    (key,) = record.key
    found = []
    for name in content:
        for row in np.flatnonzero(differing(new[name], old[name])):
            number, value = new[key].iloc[row], new[name].iloc[row]
            found.append(
                deliveries.DIFFERS.finding(
                    number,
                    name,
                    value,
                    table=record.word,
                    column=deliveries.word(record.name, name),
                )
            )
    return found


def _shown(key: tuple[object, ...]) -> str:
    return " / ".join(map(str, key))
