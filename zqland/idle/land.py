"""The book of idle land: contracts judged on a day, and the ground they are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland import tables
from zqland.descendants import follow
from zqland.findings import Finding, Severity
from zqland.idle.rules import IdleState
from zqland.idle.status import idle_status
from zqland.ledger.days import day_numbers
from zqland.ledger.scopes import CITY
from zqland.readiness.timeline import FIRST_DAY, NEVER, day_number
from zqland.status import Status
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from zqland.idle.rules import IdleRules
    from zqland.ledger.books import Books

    Integers = npt.NDArray[np.int64]

_WHOLE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class IdleLand:
    """Contracts of supply against the rule of idle land, on a day.

    Attributes
    ----------
    contracts
        One row per contract that is signed by then: ``contract_id``, ``parcel_id`` (as
        recorded), ``project_id``, ``signed_on``, ``area_m2`` (due to be developed, by
        the contract), ``price_wan`` and the columns of `zqland.idle.idle_status`, and
        ``ground_ids`` (the parcels where that ground lies now).
    ground
        One row per contract and parcel of now: ``contract_id``, ``recorded_id``,
        ``parcel_id``, ``share`` (of the ground of the contract, by area) and
        ``area_m2``.
    totals
        One row per `IdleState`: ``state``, ``count``, ``area_m2``, ``lacking_count``
        (contracts without an area, not in it), ``fee_wan``, ``contract_ids`` and
        ``parcel_ids``.
    findings
        Dates that contradict each other, parcels that are not there, and contracts
        whose ground was taken back in part.
    """

    contracts: pd.DataFrame
    ground: pd.DataFrame
    totals: pd.DataFrame
    findings: tuple[Finding, ...]


def idle_land(books: Books, *, rules: IdleRules, scope: str = CITY) -> IdleLand:
    """Judge the contracts of supply on the as-of date of the books.

    A contract stays with the parcel that it was signed for; where that was split or
    merged since, its ground is followed to the parcels of now by area. A contract whose
    ground was taken back after it was signed is judged no more.

    Parameters
    ----------
    books
        The books.
    rules
        The rule (`zqland.catalogues.Catalogues.idle`).
    scope
        Which parcels of now; see `zqland.ledger.scopes`.

    Returns
    -------
    idle
        The contracts, their ground, totals, and what was found.

    Raises
    ------
    NotFoundError
        There is no such scope.
    """
    contracts = _signed(books)
    ground = _ground(books, contracts)
    back, findings = _returned(contracts, ground)
    inside = books.inside(scope)
    ground = ground[(ground["place"] >= 0) & inside[ground["place"]]]
    if scope != CITY:
        contracts = contracts[contracts["contract_id"].isin(ground["contract_id"])]
    judged = idle_status(contracts, on=books.on, rules=rules, returned_on=back)
    table = pd.concat([contracts[list(_OWN)], judged], axis=1)
    table["ground_ids"] = _ids_of(ground, table["contract_id"])
    findings += [*_strangers(books, contracts), *_contradictions(contracts)]
    return IdleLand(
        contracts=table.reset_index(drop=True),
        ground=ground[list(_GROUND)].reset_index(drop=True),
        totals=_totals(table),
        findings=tuple(findings),
    )


_OWN = ("contract_id", "parcel_id", "project_id", "signed_on", "area_m2", "price_wan")
_GROUND = ("contract_id", "recorded_id", "parcel_id", "share", "area_m2")


def _signed(books: Books) -> pd.DataFrame:
    contracts = books.reserve.contracts
    if contracts.empty:
        contracts = tables.empty("contracts")
    known = contracts["signed_on"] <= pd.Timestamp(books.on)
    return contracts[known].reset_index(drop=True)


def _ground(books: Books, contracts: pd.DataFrame) -> pd.DataFrame:
    """Follow the ground of every contract to the parcels of now."""
    place = books.parcels.index.get_indexer(pd.Index(contracts["parcel_id"]))
    ways = follow(
        place.astype(np.int64), books.history.descent, latest={"returned": _back(books)}
    )
    row, share = ways["row"].to_numpy(), ways["share"].to_numpy()
    own = contracts.iloc[row].reset_index(drop=True)
    return pd.DataFrame(
        {
            "row": row,
            "contract_id": own["contract_id"],
            "recorded_id": own["parcel_id"],
            "place": ways["place"],
            "parcel_id": books.parcels.index.to_numpy()[ways["place"]],
            "share": share,
            "area_m2": own["area_m2"].astype("float64") * share,
            "returned": ways["returned"],
        }
    )


def _back(books: Books) -> Integers:
    """Find the last day on which each parcel was taken back, up to the as-of date."""
    found: Integers = np.full(len(books.parcels), FIRST_DAY, dtype=np.int64)
    events = books.reserve.status_events
    if events.empty:
        return found
    days = day_numbers(events["happened_on"], empty=NEVER)
    place = books.parcels.index.get_indexer(pd.Index(events["parcel_id"]))
    is_status = (events["status"] == Status.RETURNED).to_numpy(np.bool_)
    kept = is_status & (place >= 0) & (days <= day_number(books.on))
    np.maximum.at(found, place[kept], days[kept])
    return found


def _returned(
    contracts: pd.DataFrame, ground: pd.DataFrame
) -> tuple[pd.Series[pd.Timestamp], list[Finding]]:
    """Find which contracts lost all of their ground, and which a part of it."""
    since = day_numbers(contracts["signed_on"], empty=NEVER)[ground["row"]]
    gone = ground[ground["returned"].to_numpy() >= since]
    groups = gone.groupby("row")
    share, day = groups["share"].sum(), groups["returned"].max()
    whole = day[share >= _WHOLE].reindex(contracts.index)
    back = pd.to_datetime(whole, unit="D")
    findings = [
        Finding(
            str(contracts["contract_id"].iloc[int(str(row))]),
            "parcel_id",
            f"{part:.1%}",
            "idle.returned_in_part",
            Severity.WARNING,
            _IN_PART.format(share=f"{part:.1%}"),
            _IN_PART_ACTION,
        )
        for row, part in share[share < _WHOLE].items()
    ]
    return back.astype("datetime64[s]"), findings


def _ids_of(ground: pd.DataFrame, contracts: pd.Series[str]) -> pd.Series[Any]:
    """Name the parcels of now of each contract."""
    own = {
        contract: tuple(sorted(part["parcel_id"]))
        for contract, part in ground.groupby("contract_id")
    }
    ids = [own.get(contract, ()) for contract in contracts]
    return pd.Series(ids, contracts.index, dtype=object)


def _totals(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for state in IdleState:
        own = table[table["state"] == state]
        rows.append(
            {
                "state": state.value,
                "count": len(own),
                "area_m2": float(own["area_m2"].sum()),
                "lacking_count": int(own["area_m2"].isna().sum()),
                "fee_wan": float(own["fee_wan"].sum()),
                "contract_ids": tuple(own["contract_id"]),
                "parcel_ids": tuple(
                    sorted({one for ids in own["ground_ids"] for one in ids})
                ),
            }
        )
    return pd.DataFrame(rows)


def _strangers(books: Books, contracts: pd.DataFrame) -> Iterator[Finding]:
    strange = contracts[~contracts["parcel_id"].isin(books.parcels.index)]
    for row in strange.to_dict("records"):
        yield Finding(
            str(row["contract_id"]),
            "parcel_id",
            str(row["parcel_id"]),
            "idle.no_parcel",
            Severity.ERROR,
            _NO_PARCEL.format(parcel=row["parcel_id"]),
            _NO_PARCEL_ACTION,
        )


_ORDER = (
    ("signed_on", "started_on"),
    ("started_on", "finished_on"),
    ("started_on", "suspended_since"),
    ("suspended_since", "finished_on"),
    ("agreed_start", "agreed_finish"),
)
"""Dates of which the first does not come after the second."""


def _contradictions(contracts: pd.DataFrame) -> Iterator[Finding]:
    words = {name: _DATE_TEXTS[name] for pair in _ORDER for name in pair}
    for first, second in _ORDER:
        wrong = contracts[contracts[second] < contracts[first]]
        for row in wrong.to_dict("records"):
            yield Finding(
                str(row["contract_id"]),
                second,
                f"{row[second]:%Y-%m-%d}",
                "idle.out_of_order",
                Severity.ERROR,
                _OUT_OF_ORDER.format(
                    second=words[second],
                    day=f"{row[second]:%Y-%m-%d}",
                    first=words[first],
                    earlier=f"{row[first]:%Y-%m-%d}",
                ),
                _OUT_OF_ORDER_ACTION,
            )


_DATE_TEXTS = {
    "signed_on": Text(en="signing", zh="签订日期"),
    "agreed_start": Text(en="agreed start", zh="约定动工日期"),
    "agreed_finish": Text(en="agreed finish", zh="约定竣工日期"),
    "started_on": Text(en="start of works", zh="动工日期"),
    "finished_on": Text(en="finish", zh="竣工日期"),
    "suspended_since": Text(en="suspension", zh="中止日期"),
}
_IN_PART = Text(
    en="{share} of the ground of the contract was taken back after it was signed",
    zh="合同签订后已收回其中 {share} 的土地",
)
_IN_PART_ACTION = Text(
    en="judged as a whole; record what the contract is for now",
    zh="仍按整宗合同判定；请登记合同现有的用地范围",
)
_NO_PARCEL = Text(
    en="the contract names parcel {parcel}, which is not in the table of parcels",
    zh="合同中的地块 {parcel} 不在地块表中",
)
_NO_PARCEL_ACTION = Text(
    en="judged, but without ground; record the parcel or correct its number",
    zh="仍予判定，但没有对应土地；请登记该地块或更正编号",
)
_OUT_OF_ORDER = Text(
    en="{second} on {day} comes before {first} on {earlier}",
    zh="{second} {day} 早于{first} {earlier}",
)
_OUT_OF_ORDER_ACTION = Text(
    en="judged by the dates as recorded; correct the wrong one",
    zh="按登记日期判定；请更正有误的日期",
)
