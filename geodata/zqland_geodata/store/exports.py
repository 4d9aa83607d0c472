"""Write the books back to files that the readers of zqland read.

Parcels go to a file of boundaries in any format that parcels are written to; evidence,
status events, projects, indicators and targets go beside as sheets with Chinese
headings, in the units of the books, so that nothing is rounded.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zqland import catalogues
from zqland.text import Text
from zqland_geodata.cells import safe_text
from zqland_geodata.errors import StoreExistsError
from zqland_geodata.outfiles import write_whole
from zqland_geodata.store.deliveries import Scope
from zqland_geodata.store.records import flattened
from zqland_geodata.store.schema import RECORDS
from zqland_geodata.writing import write_parcels

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from zqland.findings import Finding
    from zqland.readiness.rules import ReadinessRules
    from zqland.reserve import Reserve
    from zqland_geodata.options import WriteOptions
    from zqland_geodata.store.reading import Reader

SHEETS = ("evidence", "status_events", "projects", "indicators", "targets")
"""The tables that become sheets."""

_LEFT = {"status_events": frozenset({"event_id"})}
_UNITS = {
    "m2": "平方米",
    "wan yuan": "万元",
    "wan yuan/year": "万元/年",
    "wan yuan/mu": "万元/亩",
    "wan yuan/mu/year": "万元/亩·年",
    "MVA": "MVA",
    "m3/day": "立方米/日",
    "m3/h": "立方米/小时",
    "t/h": "吨/小时",
    "m": "米",
}
_SUBJECTS = {"parcel": "地块", "park": "园区", "area": "片区"}

_THERE = Text(
    en="{file} is there already. Name a folder without it, or move it away.",
    zh="{file} 已存在。请改用其他文件夹，或先移走该文件。",
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes
    ----------
    files
        Path by name of the table.
    findings
        What the format of the parcels could not hold.
    """

    files: Mapping[str, Path]
    findings: tuple[Finding, ...]


def export(
    reader: Reader,
    parcels: str | Path,
    *,
    on: dt.date,
    scope: Scope | None = None,
    known_at: int | dt.datetime | None = None,
    options: WriteOptions | None = None,
) -> Exported:
    """Write the parcels that exist on a day, and what is known beside them.

    Parameters
    ----------
    reader
        Reads the store.
    parcels
        The file of the parcels; its ending names the format, and the sheets are put
        beside it.
    on
        The day.
    scope
        Which parcels; evidence and status events are those about them and, of
        evidence, about their parks and areas.
    known_at
        As known at a revision or a moment.
    options
        How parcels are written.

    Returns
    -------
    exported
        The files.

    Raises
    ------
    StoreExistsError
        One of the files is there already; nothing was written.
    ReadError
        The parcels cannot be written in that format.
    NotFoundError
        There is no such scope or revision.
    """
    path = Path(parcels)
    reserve = reader.reserve(on=on, known_at=known_at)
    chosen = _chosen(reserve, Scope() if scope is None else scope)
    tables = _tables(reserve, chosen)
    files = {name: path.with_name(f"{path.stem}_{name}.csv") for name in tables}
    for file in (path, *files.values()):
        if file.exists():
            raise StoreExistsError(_THERE.format(file=file))
    findings = write_parcels(chosen, path, options)
    rules = catalogues.load_catalogues().readiness
    for name, table in tables.items():
        write_whole(files[name], _sheet(name, table, rules))
    return Exported({"parcels": path} | files, tuple(findings))


def _chosen(reserve: Reserve, scope: Scope) -> gpd.GeoDataFrame:
    parcels = reserve.parcels.drop(columns=["began_on", "retired_on"])
    inside = scope.inside(parcels, reserve.parks)
    return parcels[inside]


def _tables(reserve: Reserve, parcels: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    """Give the tables with any rows, entries only about the chosen parcels."""
    areas = parcels["area_ids"].dropna().str.split(";").explode().str.strip()
    subjects = {
        "parcel": set(parcels.index),
        "park": set(parcels["park_id"].dropna()),
        "area": set(areas),
    }
    evidence, events = reserve.evidence, reserve.status_events
    is_about = pd.Series(data=False, index=evidence.index)
    for kind, known in subjects.items():
        of_kind = evidence["subject_kind"] == kind
        is_about |= of_kind & evidence["subject_id"].isin(known)
    tables = {
        "evidence": evidence[is_about],
        "status_events": events[events["parcel_id"].isin(parcels.index)],
        "projects": reserve.projects,
        "indicators": reserve.indicators,
        "targets": reserve.targets,
    }
    return {name: table for name, table in tables.items() if len(table)}


def _sheet(
    name: str, table: pd.DataFrame, rules: ReadinessRules
) -> Callable[[Path], None]:
    headed = _headed(name, table, rules)

    def write(draft: Path) -> None:
        # Offices open it by a click, which needs the mark of UTF-8.
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headed.columns)
            writer.writerows(headed.itertuples(index=False))

    return write


def _headed(name: str, table: pd.DataFrame, rules: ReadinessRules) -> pd.DataFrame:
    """Write cells as texts under Chinese headings with their units."""
    rows = catalogues.columns()
    rows = rows[rows["table"] == name].set_index("column")
    flat = flattened(RECORDS[name], table)
    words = _words(name, rules)
    headed = {}
    for key in rows.index:
        if key not in flat or key in _LEFT.get(name, frozenset()):
            continue
        unit = _UNITS.get(str(rows["unit"][key]))
        heading = str(rows["zh_name"][key]) + (f"（{unit}）" if unit else "")
        values = flat[key].map(words[key]) if key in words else flat[key]
        headed[heading] = values.map(_cell)
    return pd.DataFrame(headed)


def _words(name: str, rules: ReadinessRules) -> dict[str, dict[str, str]]:
    """Give the words for codes, by column."""
    predicates = {key: text.zh for key, text in rules.predicate_texts.items()}
    items = {key: text.zh for key, text in rules.item_texts.items()}
    statuses = {key: text.zh for key, text in rules.status_texts.items()}
    words = {
        "evidence": {"subject_kind": _SUBJECTS, "item": items},
        "status_events": {"status": statuses},
        "projects": {"predicate": predicates},
        "targets": {"predicate": predicates},
    }
    return words.get(name, {})


def _cell(value: object) -> str:
    if value is None or value is pd.NaT or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, pd.Timestamp):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return repr(value) if isinstance(value, float) else safe_text(str(value))
