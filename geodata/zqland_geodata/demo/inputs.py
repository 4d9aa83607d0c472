"""Write the demonstration city as the ordinary files that offices keep."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from zqland import catalogues
from zqland.text import Language, Text
from zqland.units import Unit, from_m2
from zqland_geodata.demo.constraints import write_constraints
from zqland_geodata.demo.fates import ON
from zqland_geodata.options import WriteOptions
from zqland_geodata.workbook.form import Column, open_book
from zqland_geodata.writing import write_parcels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zqland.readiness.rules import ReadinessRules
    from zqland.reserve import Reserve

FICTIONAL = Text(
    en="Fictional example: no parcel and no project of it is real",
    zh="虚构示例：地块与项目均非真实",
)
"""The notice of every sheet."""

SHAPEFILE_PARK = "XQ-LG"
"""The park that is also written as a zipped Shapefile, attributes in GBK."""

SURVEY_PARK = "SH"
"""The park that is also written as a survey TXT."""

WIDE_PARK = "GN"
"""The park whose evidence is also written as a wide sheet."""

_SUBJECTS = {"parcel": "地块", "park": "园区", "area": "片区"}
_LISTS = {
    "actual_investment": "实际投资年度任务",
    "assault": "攻城拔寨",
    "excel": "争先创优",
}
_UNITS = {
    "m2": "亩",
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
_CONSTRAINTS = {
    "constraints": "constraints.toml",
    "constraint_shapes": "constraints.gpkg",
}
_KINDS = {"date": "date", "datetime": "time", "number": "figure"}


def write_inputs(reserve: Reserve, folder: str | Path) -> dict[str, Path]:
    """Write the records of a reserve as ordinary files, to show what zqland reads.

    Parameters
    ----------
    reserve
        The reserve.
    folder
        Where the files go; it is made if it is not there.

    Returns
    -------
    files
        Path by kind: ``parcels`` (GeoPackage, all parcels), ``shapefile`` (zip, one
        park, GBK), ``survey`` (TXT, one park), ``ledger`` (the same park's parcels
        without shapes), ``evidence`` (long sheet), ``evidence_wide`` (one park),
        ``status``, ``projects``, ``indicators``, ``targets``, and ``constraints``
        (TOML) with ``constraint_shapes`` (GeoPackage) where the reserve has any.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    rules = catalogues.load_catalogues().readiness
    names = {
        "parcels": "parcels.gpkg",
        "shapefile": f"parcels_{SHAPEFILE_PARK}.zip",
        "survey": f"survey_{SURVEY_PARK}.txt",
        "ledger": f"ledger_{SURVEY_PARK}.xlsx",
        "evidence": "evidence.xlsx",
        "evidence_wide": f"evidence_wide_{WIDE_PARK}.xlsx",
        "status": "status.xlsx",
        "projects": "projects.xlsx",
        "indicators": "indicators.xlsx",
        "targets": "targets.xlsx",
    }
    if reserve.constraints:
        names |= _CONSTRAINTS
    files = {kind: target / name for kind, name in names.items()}
    parcels = reserve.parcels
    _write_geopackage(parcels, files["parcels"])
    _write_shapefile(parcels[parcels["park_id"] == SHAPEFILE_PARK], files["shapefile"])
    write_parcels(
        parcels[parcels["park_id"] == SURVEY_PARK],
        files["survey"],
        WriteOptions(producer="示范数据（虚构）", on=ON),
    )
    _write_ledger(parcels[parcels["park_id"] == SURVEY_PARK], files["ledger"])
    _write_evidence(reserve.evidence, rules, files["evidence"])
    _write_wide(reserve, rules, files["evidence_wide"])
    _write_status(reserve.status_events, rules, files["status"])
    _write_projects(reserve.projects, rules, files["projects"])
    indicators = Text(en="Control indicators", zh="控制指标")
    _write_sheet(reserve.indicators, "indicators", indicators, files["indicators"])
    targets = reserve.targets.assign(
        predicate=reserve.targets["predicate"].map(
            {key: text.zh for key, text in rules.predicate_texts.items()}
        )
    )
    title = Text(en="Targets", zh="年度目标")
    _write_sheet(targets, "targets", title, files["targets"])
    if reserve.constraints:
        listed, shapes = (files[kind] for kind in _CONSTRAINTS)
        write_constraints(reserve.constraints, listed, shapes)
    return files


def _write_geopackage(parcels: gpd.GeoDataFrame, path: Path) -> None:
    """Write longitude and latitude: one layer holds the parcels of both zones."""
    table = _headed(
        parcels.drop(columns=["home_geometry", "home_zone", "geometry"]), "parcels"
    )
    path.unlink(missing_ok=True)
    gpd.GeoDataFrame(
        table, geometry=parcels.geometry.to_numpy(), crs=parcels.crs
    ).to_file(path, layer="parcels", driver="GPKG", index=False)


def _write_shapefile(parcels: gpd.GeoDataFrame, path: Path) -> None:
    """Write the surveyed coordinates; headings fit the ten bytes of the format."""
    hectares = from_m2(parcels["declared_m2"], Unit.HA)
    table = pd.DataFrame(
        {
            "地块编号": parcels.index,
            "地块名称": parcels["name"],
            "园区代码": parcels["park_id"],
            "县区": parcels["district"],
            "用地类别": parcels["land_class"],
            "地块面积": hectares.map("{:.4f}公顷".format).where(hectares.notna()),
            "地价": parcels["price_wan_per_mu"].map("{:.1f}万元/亩".format),
            "评估片区": parcels["area_ids"],
            "distance": parcels["access_m"],
        }
    )
    zone = int(parcels["home_zone"].iloc[0])
    shapes = gpd.GeoSeries(parcels["home_geometry"], crs=zone)
    with tempfile.TemporaryDirectory() as folder:
        gpd.GeoDataFrame(table, geometry=shapes).to_file(
            Path(folder, f"{path.stem}.shp"), encoding="GBK", index=False
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def _write_ledger(parcels: gpd.GeoDataFrame, path: Path) -> None:
    """Write what an office keeps of its parcels besides their shapes."""
    shapeless = parcels.drop(columns=["home_geometry", "home_zone", "geometry"])
    title = Text(en="Parcel ledger", zh="地块台账")
    _write_sheet(pd.DataFrame(shapeless).reset_index(), "parcels", title, path)


def _write_evidence(evidence: pd.DataFrame, rules: ReadinessRules, path: Path) -> None:
    table = evidence.assign(
        subject_kind=evidence["subject_kind"].map(_SUBJECTS),
        item=evidence["item"].map(_item_names(rules)),
    )
    _write_sheet(table, "evidence", Text(en="Evidence", zh="佐证台账"), path)


def _write_wide(reserve: Reserve, rules: ReadinessRules, path: Path) -> None:
    """Write a row per parcel and a column per item: the day, or 否.

    A wide sheet has no place for expiry: what has expired is written as not done.
    """
    parcels = reserve.parcels.index[reserve.parcels["park_id"] == WIDE_PARK]
    facts = reserve.evidence[reserve.evidence["subject_id"].isin(parcels)]
    facts = facts[~facts["evidence_id"].isin(facts["supersedes"].dropna())]
    facts = facts[~(facts["expires_on"] < pd.Timestamp(ON))]
    days = facts.pivot_table(
        index="subject_id", columns="item", values="done_on", aggfunc="max"
    ).reindex(parcels)
    days = days[[item for item in _item_names(rules) if item in days]]
    names = _item_names(rules)
    columns = [Column(Text(en="Parcel id", zh="地块编号"), parcels, width=16)]
    for item in days:
        written = ["否" if pd.isna(day) else f"{day:%Y-%m-%d}" for day in days[item]]
        columns.append(Column(Text(en=str(item), zh=names[str(item)]), written))
    title = Text(en="Readiness of parcels", zh="地块熟化进度表")
    with open_book(path, language=Language.ZH, notice=FICTIONAL, title=title) as book:
        book.add_sheet(title, title).write_table(columns)


def _write_status(events: pd.DataFrame, rules: ReadinessRules, path: Path) -> None:
    words = {key: text.zh for key, text in rules.status_texts.items()}
    table = events.assign(status=events["status"].map(words))
    _write_sheet(table, "status_events", Text(en="Status", zh="状态台账"), path)


def _write_projects(projects: pd.DataFrame, rules: ReadinessRules, path: Path) -> None:
    predicates = {key: text.zh for key, text in rules.predicate_texts.items()}
    table = projects.assign(
        lists=[
            "；".join(_LISTS[key] for key in keys.split(";"))
            for keys in projects["lists"]
        ],
        predicate=projects["predicate"].map(predicates),
    )
    table = table.reset_index()
    _write_sheet(table, "projects", Text(en="Projects", zh="项目清单"), path)


def _item_names(rules: ReadinessRules) -> Mapping[str, str]:
    return {key: text.zh for key, text in rules.item_texts.items()}


def _write_sheet(table: pd.DataFrame, name: str, title: Text, path: Path) -> None:
    """Write a table under the Chinese headings of the catalogue of columns."""
    headed = _headed(table, name)
    kinds = _column_rows(name)["type"]
    columns = [
        Column(
            Text(en=heading, zh=heading),
            headed[heading],
            kind=_KINDS.get(str(kinds[key]), "text"),
            width=18 if kinds[key] == "text" else 13,
        )
        for key, heading in zip(table.columns, headed.columns, strict=True)
    ]
    with open_book(path, language=Language.ZH, notice=FICTIONAL, title=title) as book:
        book.add_sheet(title, title).write_table(columns)


def _headed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give columns Chinese headings with their units; areas become mu."""
    rows = _column_rows(name)
    table = table.reset_index() if table.index.name in rows.index else table
    columns = {}
    for key in table.columns:
        heading, unit = str(rows["zh_name"][key]), _UNITS.get(str(rows["unit"][key]))
        values = table[key]
        columns[f"{heading}（{unit}）" if unit else heading] = (
            from_m2(values, Unit.MU) if unit == "亩" else values
        )
    return pd.DataFrame(columns)


def _column_rows(name: str) -> pd.DataFrame:
    rows = catalogues.columns()
    return rows[rows["table"] == name].set_index("column")
