"""Write the books back to files that the readers of zqland read.

Parcels go to a file of boundaries in any format that parcels are written to. Beside it
parks go to a layer of a GeoPackage, and all else to sheets with Chinese headings, in
the units of the books, so that nothing is rounded: evidence, status events, projects,
indicators, targets, holds, contracts, batches with their steps and parcels, quotas.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from zqland import catalogues, crs
from zqland.quotas import KIND_TEXTS
from zqland.text import Text
from zqland_geodata.cells import safe_text
from zqland_geodata.errors import StoreExistsError
from zqland_geodata.outfiles import write_whole
from zqland_geodata.store.deliveries import Scope
from zqland_geodata.store.holds import ENDED_AS
from zqland_geodata.store.records import flattened
from zqland_geodata.store.schema import RECORDS
from zqland_geodata.writing import layered, write_parcels

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from zqland.catalogues import Catalogues
    from zqland.findings import Finding
    from zqland.reserve import Reserve
    from zqland_geodata.options import WriteOptions
    from zqland_geodata.store.reading import Reader

SHEETS = (
    "evidence",
    "status_events",
    "projects",
    "indicators",
    "targets",
    "holds",
    "contracts",
    "batches",
    "batch_steps",
    "batch_parcels",
    "quotas",
)
"""The tables that become sheets."""

PARKS = "parks"
"""The table that becomes a layer of its own, under this name."""

_WHOLE = (PARKS, "holds", "contracts", "batches", "batch_steps", "batch_parcels")
_OF_PARCELS = ("holds", "contracts", "batch_parcels")
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
    "day": "天",
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
        Which parcels. Of a part of the reserve, all else is what is about its parcels,
        also those that retired, about their parks and areas, or about the whole city.
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
    stated = Scope() if scope is None else scope
    with reader.one_state():
        reserve = reader.reserve(known_at=known_at)
        # As they were agreed: a hold of a whole parcel names no ground.
        holds = reader.table("holds", known_at=known_at)
    reserve = replace(reserve, holds=holds)
    is_chosen = stated.inside(reserve.parcels, reserve.parks)
    chosen = reserve.parcels[is_chosen & _exists(reserve.parcels, on)]
    tables = _tables(reserve, set(reserve.parcels.index[is_chosen]), chosen)
    if stated.is_whole:
        tables |= {name: getattr(reserve, name) for name in _WHOLE}
    tables = {name: table for name, table in tables.items() if len(table)}
    files = {name: path.with_name(f"{path.stem}_{name}.csv") for name in tables}
    if PARKS in files:
        files[PARKS] = files[PARKS].with_suffix(".gpkg")
    for file in (path, *files.values()):
        if file.exists():
            raise StoreExistsError(_THERE.format(file=file))
    plain = chosen.drop(columns=["began_on", "retired_on"])
    findings = write_parcels(plain, path, options)
    rules = catalogues.load_catalogues()
    for name, table in tables.items():
        write = _layer(table) if name == PARKS else _sheet(name, table, rules)
        write_whole(files[name], write)
    return Exported({"parcels": path} | files, tuple(findings))


def _exists(parcels: pd.DataFrame, on: dt.date) -> pd.Series[bool]:
    """Tell which parcels have begun and are not yet retired."""
    day = pd.Timestamp(on)
    return ~(parcels["began_on"] > day) & ~(parcels["retired_on"] <= day)


def _tables(
    reserve: Reserve, parcel_ids: set[str], parcels: gpd.GeoDataFrame
) -> dict[str, pd.DataFrame]:
    """Give the tables, their entries only about the chosen parcels.

    Those of the books are also about parcels that retired: who has a contract over a
    parcel has it over what came of it.
    """
    about = {name: getattr(reserve, name) for name in _OF_PARCELS}
    about = {
        name: table[table["parcel_id"].isin(parcel_ids)]
        for name, table in about.items()
    }
    named = about["batch_parcels"]["batch_id"]
    batches, steps = reserve.batches, reserve.batch_steps
    events = reserve.status_events
    return about | {
        PARKS: _parks(reserve.parks, set(parcels["park_id"].dropna())),
        "evidence": _evidence(reserve.evidence, parcels),
        "status_events": events[events["parcel_id"].isin(parcels.index)],
        "projects": reserve.projects,
        "indicators": reserve.indicators,
        "targets": reserve.targets,
        "batches": batches[batches["batch_id"].isin(named)],
        "batch_steps": steps[steps["batch_id"].isin(named)],
        "quotas": reserve.quotas,
    }


def _evidence(evidence: pd.DataFrame, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Keep what is said of parcels, of their parks and of their areas."""
    areas = parcels["area_ids"].dropna().str.split(";").explode().str.strip()
    subjects = {
        "parcel": set(parcels.index),
        "park": set(parcels["park_id"].dropna()),
        "area": set(areas),
    }
    is_about = pd.Series(data=False, index=evidence.index)
    for kind, known in subjects.items():
        of_kind = evidence["subject_kind"] == kind
        is_about |= of_kind & evidence["subject_id"].isin(known)
    return evidence[is_about]


def _parks(parks: pd.DataFrame, named: set[str]) -> pd.DataFrame:
    """Keep the parks that are named, and those that they are parts of."""
    above: set[str] = set()
    while named - above:
        above |= named
        named = set(parks.loc[parks.index.isin(above), "parent"].dropna())
    return parks[parks.index.isin(above)]


def _layer(parks: pd.DataFrame) -> Callable[[Path], None]:
    table = gpd.GeoDataFrame(flattened(RECORDS[PARKS], parks), crs=crs.GEOGRAPHIC)

    def write(draft: Path) -> None:
        layered.write_layer(
            table,
            draft,
            driver="GPKG",
            layer=PARKS,
            dataset_options={"VERSION": layered.GEOPACKAGE_VERSION},
        )

    return write


def _sheet(name: str, table: pd.DataFrame, rules: Catalogues) -> Callable[[Path], None]:
    headed = _headed(name, table, rules)

    def write(draft: Path) -> None:
        # Offices open it by a click, which needs the mark of UTF-8.
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headed.columns)
            writer.writerows(headed.itertuples(index=False))

    return write


def _headed(name: str, table: pd.DataFrame, rules: Catalogues) -> pd.DataFrame:
    """Write cells as texts under Chinese headings with their units."""
    rows = catalogues.columns()
    rows = rows[rows["table"] == name].set_index("column")
    flat = flattened(RECORDS[name], table)
    words = _words(name, rules)
    headed = {}
    for key in rows.index:
        if key not in flat or key in _LEFT.get(name, frozenset()):
            continue
        is_shape = rows["type"][key] == "geometry"
        unit = "WKT" if is_shape else _UNITS.get(str(rows["unit"][key]))
        heading = str(rows["zh_name"][key]) + (f"（{unit}）" if unit else "")
        values = flat[key].map(words[key]) if key in words else flat[key]
        headed[heading] = values.map(_cell)
    return pd.DataFrame(headed)


def _words(name: str, rules: Catalogues) -> dict[str, dict[str, str]]:
    """Give the words for codes, by column."""
    predicates = _zh(rules.readiness.predicate_texts)
    steps = {key: step.text for key, step in rules.approvals.steps.items()}
    words = {
        "evidence": {
            "subject_kind": _SUBJECTS,
            "item": _zh(rules.readiness.item_texts),
        },
        "status_events": {"status": _zh(rules.readiness.status_texts)},
        "projects": {"predicate": predicates},
        "targets": {"predicate": predicates},
        "holds": {"ended_as": _zh(ENDED_AS)},
        "batch_steps": {"step": _zh(steps)},
        "quotas": {"kind": _zh(KIND_TEXTS)},
    }
    return words.get(name, {})


def _zh(texts: Mapping[Any, Text]) -> dict[str, str]:
    return {str(key): text.zh for key, text in texts.items()}


def _cell(value: object) -> str:
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkt(value, rounding_precision=-1)
    if value is None or value is pd.NaT or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, pd.Timestamp):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return repr(value) if isinstance(value, float) else safe_text(str(value))
