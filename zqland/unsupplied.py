"""Land that was approved but not supplied (批而未供), by the year of approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zqland import tables
from zqland.areas import Method
from zqland.descendants import follow
from zqland.findings import Finding, Severity
from zqland.ledger.books import BASES
from zqland.ledger.days import day_numbers
from zqland.ledger.scopes import CITY
from zqland.readiness.timeline import FIRST_DAY, NEVER, day_number
from zqland.status import Status
from zqland.text import Text

if TYPE_CHECKING:
    import numpy.typing as npt

    from zqland.ledger.books import Books

    Integers = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

_MEASURED = tuple(basis for basis in BASES if basis is not Method.DECLARED)
_LARGER: Final = 1 + 1e-6
"""A part may exceed its parcel by the rounding of the documents, not by more."""

_GROUND = (
    "batch_id",
    "recorded_id",
    "parcel_id",
    "year",
    "approved_on",
    "share",
    "is_supplied",
    "supplied_on",
    "is_returned",
    *(f"{basis}_m2" for basis in BASES),
    "weight_m2",
)


@dataclass(frozen=True, slots=True)
class Unsupplied:
    """What was approved and what of it was supplied.

    Attributes
    ----------
    years
        One row per year of approval and basis, and one per basis for all years
        (``year`` missing): ``year``, ``basis``, ``batch_count``, ``approved_m2``,
        ``supplied_m2``, ``unsupplied_m2``, ``rate`` (unsupplied of approved; NaN if
        nothing has a figure), ``returned_m2`` (of the supplied, what was taken back
        since), ``lacking_count`` and ``lacking_planar_m2`` (parcels without a figure
        on the basis, in none of the others), ``approved_count``, ``unsupplied_count``,
        ``batch_ids``, ``approved_ids`` and ``unsupplied_ids``.
    ground
        What the figures are summed from, one row per batch and parcel of now:
        ``batch_id``, ``recorded_id`` (parcel in the batch), ``parcel_id`` (where that
        ground lies now), ``year``, ``approved_on``, ``share`` (of the recorded
        ground), ``is_supplied``, ``supplied_on``, ``is_returned``, an area per basis,
        and ``weight_m2`` (planar).
    findings
        What contradicts itself or is missing.
    """

    years: pd.DataFrame
    ground: pd.DataFrame
    findings: tuple[Finding, ...]


def unsupplied(books: Books, *, scope: str = CITY) -> Unsupplied:
    r"""Add up the land that was approved but not supplied, by the year of approval.

    .. math:: rate = unsupplied / approved

    Ground counts as supplied once it was: what was taken back later stands beside it.
    Ground of parcels that were split or merged since is followed to the parcels of
    now by area. A row of a batch without an area takes the whole parcel; another takes
    what its area is of the declared area of the parcel, or of the planar one where
    none is declared.

    Parameters
    ----------
    books
        The books; batches approved after their as-of date are not known.
    scope
        Which parcels of now; see `zqland.ledger.scopes`.

    Returns
    -------
    unsupplied
        The figures, the ground behind them, and what was found.

    Raises
    ------
    NotFoundError
        There is no such scope.

    References
    ----------
    自然资规 (2018) 1号, 增存挂钩: new quotas depend on what is approved but not
    supplied, and on what is idle.
    """
    rows, findings = _rows(books)
    known = books.parcels.index.get_indexer(pd.Index(rows["parcel_id"]))
    findings += _strangers(rows[known < 0])
    supplied, returned = (
        _events(books, Status.SUPPLIED),
        _events(books, Status.RETURNED, last=True),
    )
    ways = follow(
        known.astype(np.int64),
        books.history.descent,
        earliest={"supplied": supplied},
        latest={"returned": returned},
    )
    ways = ways[books.inside(scope)[ways["place"]]]
    ground = _ground(books, rows, ways)
    findings += [*_taken_twice(rows), *_too_early(ground)]
    parts = [_totals(ground, basis) for basis in BASES]
    years = pd.concat(parts, ignore_index=True)
    years = years.sort_values("year", kind="stable", ignore_index=True)
    return Unsupplied(
        years=years,
        ground=ground,
        findings=tuple(findings),
    )


def _rows(books: Books) -> tuple[pd.DataFrame, list[Finding]]:
    """Take the parcels of the batches that are approved on the day."""
    batches = _or_none(books.reserve.batches, "batches")[["batch_id", "approved_on"]]
    batches = batches[batches["approved_on"] <= pd.Timestamp(books.on)]
    parcels = _or_none(books.reserve.batch_parcels, "batch_parcels")
    rows = parcels.merge(batches, on="batch_id")
    declared = books.parcels[f"{Method.DECLARED}_m2"]
    rows["whole_m2"] = rows["parcel_id"].map(declared).astype("float64")
    rows["area_m2"] = rows["area_m2"].astype("float64")
    larger = rows[rows["area_m2"] > rows["whole_m2"] * _LARGER]
    findings = [
        Finding(
            str(row["parcel_id"]),
            "area_m2",
            f"{row['area_m2']:,.2f}",
            "unsupplied.larger_than_parcel",
            Severity.WARNING,
            _LARGER_TEXT.format(
                batch=row["batch_id"],
                area=f"{row['area_m2']:,.2f}",
                whole=f"{row['whole_m2']:,.2f}",
            ),
            _LARGER_ACTION,
        )
        for row in larger.to_dict("records")
    ]
    return rows, findings


def _or_none(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return tables.empty(name) if table.empty else table


def _events(books: Books, status: Status, *, last: bool = False) -> Integers:
    """Find the first (or last) day of a status of each parcel, up to the as-of date."""
    never = FIRST_DAY if last else NEVER
    found: Integers = np.full(len(books.parcels), never, dtype=np.int64)
    events = books.reserve.status_events
    if events.empty:
        return found
    days = day_numbers(events["happened_on"], empty=NEVER)
    place = books.parcels.index.get_indexer(pd.Index(events["parcel_id"]))
    is_status = (events["status"] == status).to_numpy(np.bool_)
    kept = is_status & (place >= 0) & (days <= day_number(books.on))
    fold = np.maximum if last else np.minimum
    fold.at(found, place[kept], days[kept])
    return found


def _ground(books: Books, rows: pd.DataFrame, ways: pd.DataFrame) -> pd.DataFrame:
    own = rows.iloc[ways["row"].to_numpy()].reset_index(drop=True)
    place, share = ways["place"].to_numpy(), ways["share"].to_numpy()
    recorded = books.parcels.index.get_indexer(pd.Index(own["parcel_id"]))
    stated = own["area_m2"].to_numpy(np.float64)
    whole = own["whole_m2"].to_numpy(np.float64)
    planar = books.parcels[f"{Method.PLANAR}_m2"].to_numpy(np.float64)[recorded]
    # Without a document of its own, a parcel is compared by its measured area.
    full = np.where(np.isnan(whole), planar, whole)
    part = np.where(np.isnan(stated), 1.0, np.minimum(stated / full, 1.0))
    supplied, returned = ways["supplied"].to_numpy(), ways["returned"].to_numpy()
    is_supplied = supplied < NEVER
    ground = pd.DataFrame(
        {
            "batch_id": own["batch_id"],
            "recorded_id": own["parcel_id"],
            "parcel_id": books.parcels.index.to_numpy()[place],
            "year": pd.to_datetime(own["approved_on"]).dt.year.astype("Int64"),
            "approved_on": own["approved_on"],
            "share": share,
            "is_supplied": is_supplied,
            "supplied_on": _dates(np.where(is_supplied, supplied, NEVER)),
            "is_returned": is_supplied & (returned >= supplied),
        }
    )
    ground[f"{Method.DECLARED}_m2"] = np.where(np.isnan(stated), whole, stated) * share
    for basis in _MEASURED:
        area = books.parcels[f"{basis}_m2"].to_numpy(np.float64)[recorded]
        ground[f"{basis}_m2"] = area * part * share
    ground["weight_m2"] = planar * np.nan_to_num(part, nan=1.0) * share
    return ground[list(_GROUND)]


def _totals(ground: pd.DataFrame, basis: Method) -> pd.DataFrame:
    named = ground.assign(area=ground[f"{basis}_m2"])
    groups = [(year, part) for year, part in named.groupby("year")]
    # A loop over years of approval, of which there are few.
    rows = [_total(part, basis, year) for year, part in [*groups, (None, named)]]
    return pd.DataFrame(rows).astype({"year": "Int64"})


def _total(part: pd.DataFrame, basis: Method, year: object) -> dict[str, object]:
    has = part["area"].notna()
    rest = ~part["is_supplied"]
    approved = float(part["area"].sum())
    left = float(part.loc[rest, "area"].sum())
    return {
        "year": year,
        "basis": str(basis),
        "batch_count": part["batch_id"].nunique(),
        "approved_m2": approved,
        "supplied_m2": float(part.loc[~rest, "area"].sum()),
        "unsupplied_m2": left,
        "rate": left / approved if approved else np.nan,
        "returned_m2": float(part.loc[part["is_returned"], "area"].sum()),
        "lacking_count": part.loc[~has, "parcel_id"].nunique(),
        "lacking_planar_m2": float(part.loc[~has, "weight_m2"].sum()),
        "approved_count": part["parcel_id"].nunique(),
        "unsupplied_count": part.loc[rest, "parcel_id"].nunique(),
        "batch_ids": _ids(part["batch_id"]),
        "approved_ids": _ids(part["parcel_id"]),
        "unsupplied_ids": _ids(part.loc[rest, "parcel_id"]),
    }


def _ids(ids: pd.Series[str]) -> tuple[str, ...]:
    return tuple(sorted(set(map(str, ids))))


def _dates(days: Integers) -> pd.Series[pd.Timestamp]:
    known = pd.Series(days).where(days < NEVER)
    return pd.to_datetime(known, unit="D").astype("datetime64[s]")


def _strangers(rows: pd.DataFrame) -> list[Finding]:
    return [
        Finding(
            str(row["batch_id"]),
            "parcel_id",
            str(row["parcel_id"]),
            "unsupplied.no_parcel",
            Severity.ERROR,
            _NO_PARCEL.format(parcel=row["parcel_id"]),
            _NO_PARCEL_ACTION,
        )
        for row in rows.to_dict("records")
    ]


def _taken_twice(rows: pd.DataFrame) -> list[Finding]:
    """Find parcels of which several batches, together, take more than there is."""
    part = (rows["area_m2"] / rows["whole_m2"]).fillna(0.0)
    named = rows.assign(part=part.where(rows["area_m2"].notna(), 1.0))
    findings = []
    # A loop over parcels of several batches, which are few.
    several = named[named["parcel_id"].duplicated(keep=False)]
    for parcel, own in several.groupby("parcel_id"):
        taken = float(own["part"].sum())
        if taken > _LARGER:
            share, batches = f"{taken:.1%}", ", ".join(sorted(own["batch_id"]))
            findings.append(
                Finding(
                    str(parcel),
                    "area_m2",
                    share,
                    "unsupplied.approved_twice",
                    Severity.WARNING,
                    _TWICE.format(batches=batches, share=share),
                    _TWICE_ACTION,
                )
            )
    return findings


def _too_early(ground: pd.DataFrame) -> list[Finding]:
    early = ground[ground["supplied_on"] < ground["approved_on"]]
    return [
        Finding(
            str(row["parcel_id"]),
            "supplied_on",
            f"{row['supplied_on']:%Y-%m-%d}",
            "unsupplied.supplied_before_approval",
            Severity.ERROR,
            _EARLY.format(
                supplied=f"{row['supplied_on']:%Y-%m-%d}",
                batch=row["batch_id"],
                approved=f"{row['approved_on']:%Y-%m-%d}",
            ),
            _EARLY_ACTION,
        )
        for row in early.to_dict("records")
    ]


_NO_PARCEL = Text(
    en="the batch names parcel {parcel}, which is not in the table of parcels",
    zh="批次中的地块 {parcel} 不在地块表中",
)
_NO_PARCEL_ACTION = Text(
    en="left out of the figures; record the parcel or correct its number",
    zh="未计入；请登记该地块或更正编号",
)
_LARGER_TEXT = Text(
    en="batch {batch} takes {area} m² of a parcel of {whole} m² by its document",
    zh="批次 {batch} 的报批面积 {area} m²，大于地块批准面积 {whole} m²",
)
_LARGER_ACTION = Text(
    en="counted as the batch states it; compare the two documents",
    zh="按批次所列面积计；请核对两份文件",
)
_TWICE = Text(
    en="batches {batches} together take {share} of the parcel",
    zh="批次 {batches} 的报批面积合计为该地块的 {share}",
)
_TWICE_ACTION = Text(
    en="counted in each batch, and so more than once; state the area that each takes",
    zh="在各批次中分别计入，有重复；请填写各批次的报批面积",
)
_EARLY = Text(
    en="supplied on {supplied}, before batch {batch} was approved on {approved}",
    zh="供应日期 {supplied} 早于批次 {batch} 的批准日期 {approved}",
)
_EARLY_ACTION = Text(
    en="counted as supplied; correct the date that is wrong",
    zh="按已供应计；请更正有误的日期",
)
