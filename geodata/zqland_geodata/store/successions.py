"""Write what came of parcels: rows of the new ones, lineage, status and evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from zqland import status as statuses
from zqland.errors import NotFoundError
from zqland.status import Status
from zqland.text import Text
from zqland_geodata.errors import RecordError
from zqland_geodata.store.evidence import add_evidence, evidence_about
from zqland_geodata.store.holdrefusals import STATUS_TEXTS
from zqland_geodata.store.schema import RECORDS
from zqland_geodata.store.selecting import effective, select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    from shapely import MultiPolygon, Polygon

    from zqland.lineage import Succession
    from zqland_geodata.store.reading import Reader
    from zqland_geodata.store.rows import Writer

    Shape = Polygon | MultiPolygon

_WHERE = ("park_id", "district", "area_ids")
_INHERITED = ("name", "land_class", "price_wan_per_mu", *_WHERE)
_OF_GROUND = frozenset({"parcel_id", "home_zone", "home_geometry", "geometry"})

_LATER = Text(
    en="Parcel {parcel} has a status event on {day}, after {on}, and cannot have ended "
    "before. Give a later day, or correct the event.",
    zh="地块 {parcel} 在 {day} 有状态记录，晚于 {on}，不能在此之前结束。"
    "请使用较晚的日期，或更正该记录。",
)
_DIFFERENT = Text(
    en="The parcels differ in status: {found}. Merge ground of one status only.",
    zh="各地块的状态不同：{found}。只能合并状态相同的地块。",
)
_SAY_WHICH = Text(
    en="The parcels lie in different parks, districts or assessed areas. Say which "
    "{child} belongs to.",
    zh="各地块所在的园区、县（市、区）或评估片区不同。请指明 {child} 所属。",
)
_NOT_OF_IT = Text(
    en="Evidence {entries} cannot be taken over by {child}: it is not about the old "
    "parcel, or was corrected. Choose among what holds of it.",
    zh="佐证 {entries} 不能转给 {child}：它不属于原地块，或已被更正。"
    "请在有效佐证中选择。",
)
_STAYS = Text(
    en="{child} keeps its number, and so all of its evidence. Choose evidence only "
    "for a new number.",
    zh="{child} 编号不变，佐证全部保留。仅在使用新编号时选择佐证。",
)
_NO_COLUMN = Text(
    en="“{column}” cannot be given for {child}; it follows from its ground, or parcels "
    "have no such column.",
    zh="不能为 {child} 指定“{column}”：它由图形得出，或地块没有该项。",
)
_NO_PARK = Text(
    en="There is no park {park} in the store. Correct its number, or import it first.",
    zh="台账库中没有园区 {park}。请更正编号，或先导入该园区。",
)


@dataclass(frozen=True, slots=True)
class Child:
    """A parcel that comes of others.

    Attributes
    ----------
    parcel_id
        Its number, which no parcel ever had; or the old one of a correction.
    shape
        Its shape in the plane of the home zone of the old parcel; None for what the
        other parts of a split leave, and for a merger.
    evidence
        Numbers of the entries about the old parcels that hold of it too.
    facts
        Its name, declared area and so on, by column. What is not given is that of the
        old parcels if they agree in it; declared areas and distances are not known.
    """

    parcel_id: str
    shape: Shape | None = None
    evidence: Collection[str] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def parcel_evidence(reader: Reader, parcel_ids: Collection[str]) -> pd.DataFrame:
    """List the evidence to choose from: about parcels themselves, not corrected.

    Parameters
    ----------
    reader
        Reads the store.
    parcel_ids
        The parcels.

    Returns
    -------
    evidence
        Table *evidence*, in the order of recording.
    """
    return evidence_about(reader, "parcel", parcel_ids)


@dataclass(frozen=True, slots=True)
class Change:
    """All that is written at once.

    Attributes
    ----------
    done
        What came of the old parcels.
    parents
        The old parcels as they are now.
    children
        What is said of the new parcels.
    on
        The first day of the new parcels.
    document
        Name or number of a document.
    """

    done: Succession
    parents: pd.DataFrame
    children: tuple[Child, ...]
    on: dt.date
    document: str | None

    @property
    def parent_ids(self) -> list[str]:
        """Give the numbers of the old parcels."""
        return [str(name) for name in self.parents.index]


def write(writer: Writer, change: Change) -> None:
    """Let the old parcels retire and the new ones begin.

    Parameters
    ----------
    writer
        The revision that writes it.
    change
        What is written.

    Raises
    ------
    RecordError
        What is said of the new parcels cannot be.
    KeyTakenError
        A number is taken.
    """
    events = _events(writer.reading, change)
    state = _common_status(change, events)
    chosen = _chosen(writer.reading, change)
    retired = pd.DataFrame({"parcel_id": change.parent_ids, "retired_on": change.on})
    writer.change_rows("parcels", retired, seen=None)
    writer.add("parcels", _new_parcels(writer.reading, change))
    _write_lineage(writer, change)
    for child in change.children:
        if state is not None:
            # Inherited, not decided: holds go on over the ground as they did.
            own = {"parcel_id": child.parcel_id}
            writer.add("status_events", state | own)
        if not chosen[child.parcel_id].empty:
            add_evidence(writer, chosen[child.parcel_id])
    _write_neighbours(writer, change)


def write_in_place(writer: Writer, change: Change) -> None:
    """Give a parcel another shape under its number.

    Parameters
    ----------
    writer
        The revision that writes it.
    change
        What is written.

    Raises
    ------
    RecordError
        What is said of the parcel cannot be.
    """
    (child,) = change.children
    if child.evidence:
        raise RecordError(_STAYS.format(child=child.parcel_id))
    _check_facts(writer.reading, child)
    values = dict(child.facts) | {"home_geometry": change.done.children[0].shape}
    writer.change("parcels", child.parcel_id, values, seen=None)
    _write_lineage(writer, change)
    _write_neighbours(writer, change)


def _write_lineage(writer: Writer, change: Change) -> None:
    entries = [
        {
            "child_id": child.parcel_id,
            "parent_id": parent,
            "kind": str(change.done.kind),
            "happened_on": change.on,
            "remainder_m2": change.done.ellipsoid_m2,
            "document": change.document,
        }
        for parent in change.parent_ids
        for child in change.children
    ]
    writer.add("lineage", pd.DataFrame(entries))


def _write_neighbours(writer: Writer, change: Change) -> None:
    """Insert the shared vertices."""
    changed = change.done.neighbours
    if not changed:
        return
    names = [one.parcel_id for one in changed]
    shapes = gpd.GeoSeries([one.shape for one in changed])
    rows = pd.DataFrame({"parcel_id": names, "home_geometry": shapes})
    writer.change_rows("parcels", rows, seen=None)


def _events(reader: Reader, change: Change) -> pd.DataFrame:
    record = RECORDS["status_events"]
    event = record.table.c
    about = event.parcel_id.in_(change.parent_ids)
    with reader.connection() as connection:
        found = select(connection, record, [event.replaced_in.is_(None), about])
    return effective(found)


def _told(found: pd.Series[str]) -> Text:
    """Say the status of each parcel."""
    words = [(name, STATUS_TEXTS[Status(word)]) for name, word in found.items()]
    return Text(
        en=", ".join(f"{name} {word.en}" for name, word in words),
        zh="，".join(f"{name} {word.zh}" for name, word in words),
    )


def _common_status(change: Change, events: pd.DataFrame) -> dict[str, object] | None:
    """Find the status that the old parcels have in common, since when, and why."""
    later = events[events["happened_on"] > pd.Timestamp(change.on)]
    if not later.empty:
        first = later.iloc[0]
        facts = {"parcel": first["parcel_id"], "day": first["happened_on"].date()}
        raise RecordError(_LATER.format(on=change.on, **facts))
    state = statuses.derive(change.parents, events, on=change.on)
    if len(state["status"].unique()) > 1:
        raise RecordError(_DIFFERENT.format(found=_told(state["status"])))
    since = state["status_since"].max()
    if pd.isna(since):
        return None
    status = str(state["status"].iloc[0])
    began = events[(events["happened_on"] == since) & (events["status"] == status)]
    documents = began["document"].dropna()
    document = None if documents.empty else str(documents.iloc[-1])
    day = pd.Timestamp(since).date()
    return {"status": status, "happened_on": day, "document": document}


def _new_parcels(reader: Reader, change: Change) -> pd.DataFrame:
    """Make rows of the new parcels."""
    parents = change.parents
    same = {
        column: parents[column].iloc[0]
        for column in _INHERITED
        if len(parents[column].unique()) == 1
    }
    rows = []
    for child in change.children:
        _check_facts(reader, child)
        if not set(_WHERE) <= {*same, *child.facts}:
            raise RecordError(_SAY_WHICH.format(child=child.parcel_id))
        unknown = dict.fromkeys(_INHERITED)
        own = {"parcel_id": child.parcel_id}
        rows.append({**unknown, **same, **child.facts, **own})
    shapes = {one.parcel_id: one.shape for one in change.done.children}
    home = gpd.GeoSeries([shapes[child.parcel_id] for child in change.children])
    zone = change.done.children[0].home_zone
    return pd.DataFrame(rows).assign(
        home_zone=zone, home_geometry=home, began_on=change.on
    )


def _check_facts(reader: Reader, child: Child) -> None:
    columns = RECORDS["parcels"].columns
    known = {column.name for column in columns if column.catalogued} - _OF_GROUND
    for column in child.facts:
        if column not in known:
            raise RecordError(_NO_COLUMN.format(column=column, child=child.parcel_id))
    park = child.facts.get("park_id")
    if isinstance(park, str) and not reader.known_keys("parks", [park]):
        raise NotFoundError(_NO_PARK.format(park=park))


def _chosen(reader: Reader, change: Change) -> dict[str, pd.DataFrame]:
    """Copy the entries that were chosen for each new parcel."""
    holding = parcel_evidence(reader, change.parent_ids).set_index("evidence_id")
    chosen = {}
    for child in change.children:
        strange = [entry for entry in child.evidence if entry not in holding.index]
        if strange:
            facts = {"entries": ", ".join(strange), "child": child.parcel_id}
            raise RecordError(_NOT_OF_IT.format(**facts))
        entries = holding.loc[list(dict.fromkeys(child.evidence))]
        chosen[child.parcel_id] = entries.reset_index(drop=True).assign(
            subject_id=child.parcel_id,
            supersedes=None,
            recorded_at=None,
            recorded_by=None,
        )
    return chosen
