"""Small reserves whose rules are plain: one item makes land serviced, one clean."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from zqland import tables
from zqland.catalogues import Catalogues, load_catalogues
from zqland.catalogues.document import CatalogueDocument
from zqland.ledger import BASES, Books, open_books
from zqland.readiness.rules import parse
from zqland.reserve import Reserve

if TYPE_CHECKING:
    from collections.abc import Callable

ITEMS = """
road = { zh = "路", en = "Road", kind = "utility", source = "s" }
title = { zh = "权", en = "Title", kind = "other", source = "s" }
paper = { zh = "诺", en = "Paper", kind = "other", source = "s" }
"""

RULES = """
stages = ["serviced", "mature", "standard"]
[sets]
one = { zh = "一", en = "one", items = ["road"], source = "s" }
[predicates]
serviced = { zh = "通", en = "serviced", utility_set = "one", source = "s" }
clean = { zh = "净", en = "clean", items = ["title"], source = "s" }
[predicates.mature]
zh = "熟"
en = "mature"
predicates = ["clean", "serviced"]
source = "s"
[predicates.standard]
zh = "标"
en = "standard"
predicates = ["clean"]
items = ["paper"]
source = "s"
"""

LABELS = """
[stages]
raw = { zh = "生", en = "raw", source = "s" }
serviced = { zh = "通", en = "serviced", source = "s" }
mature = { zh = "熟", en = "mature", source = "s" }
standard = { zh = "标", en = "standard", source = "s" }
[statuses]
[kinds]
utility = { zh = "用", en = "utility", source = "s" }
other = { zh = "他", en = "other", source = "s" }
"""

TABLES = {
    "evidence": [
        "evidence_id",
        "subject_kind",
        "subject_id",
        "item",
        "done_on",
        "due_on",
        "expires_on",
        "supersedes",
    ],
    "status_events": ["parcel_id", "status", "happened_on"],
    "lineage": ["child_id", "parent_id", "kind", "happened_on"],
    "targets": ["year", "predicate", "scope", "target_m2"],
}

PARKS = pd.DataFrame(
    {
        "level": ["national", "provincial", "municipal", "municipal"],
        "district": ["441284", "441204", "441204", "441202"],
        "parent": [None, None, "JINLI", None],
    },
    index=pd.Index(["GXQ", "JINLI", "JINLI-A", "DZ"], name="park_id"),
)


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=TABLES[name])
    for column in made:
        if str(column).endswith("_on"):
            made[column] = pd.to_datetime(made[column]).astype("datetime64[s]")
    return made


PAPERS = ("contracts", "batches", "batch_parcels")


def _full(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Make a table of papers with all its columns."""
    known = tables.empty(name)
    made = pd.DataFrame(rows, columns=known.columns)
    return made.astype(known.dtypes.to_dict())


@pytest.fixture(scope="session")
def plain_rules() -> Catalogues:
    """Road: serviced; title: clean; both: mature; title and paper: standard."""
    documents = [
        CatalogueDocument.parse(name, text)
        for name, text in (
            ("items.toml", ITEMS),
            ("readiness.toml", RULES),
            ("labels.toml", LABELS),
        )
    ]
    rules = parse(documents[0], documents[1], documents[2])
    return dataclasses.replace(load_catalogues(), readiness=rules)


@pytest.fixture(scope="session")
def keep(plain_rules: Catalogues) -> Callable[..., Books]:
    """Open the books of parcels written as rows, with their other tables."""

    def open_small(
        parcels: list[dict[str, Any]],
        *,
        on: str = "2023-12-31",
        **rows: list[dict[str, Any]],
    ) -> Books:
        known = pd.DataFrame(parcels).set_index("parcel_id")
        optional = ["park_id", "district", "land_class", "began_on", "retired_on"]
        known = known.reindex(columns=[*optional, "planar_m2", "declared_m2"])
        known["district"] = known["district"].astype("str")
        known["park_id"] = known["park_id"].astype("str")
        measured = pd.DataFrame(
            {
                "planar_m2": known["planar_m2"].astype("float64"),
                "declared_m2": known["declared_m2"].astype("float64"),
                "ellipsoid_official_m2": known["planar_m2"].astype("float64") * 0.9995,
            }
        )
        assert set(measured) == {f"{basis}_m2" for basis in BASES}
        reserve = Reserve(
            parcels=known,
            evidence=table("evidence", rows.get("evidence", [])),
            status_events=table("status_events", rows.get("status_events", [])),
            parks=PARKS,
            targets=table("targets", rows.get("targets", [])),
            **{name: _full(name, rows[name]) for name in PAPERS if name in rows},
        )
        return open_books(
            reserve,
            on=dt.date.fromisoformat(on),
            catalogues=plain_rules,
            lineage=table("lineage", rows.get("lineage", [])),
            measured=measured,
        )

    return open_small


@pytest.fixture(scope="session")
def fact() -> Callable[..., dict[str, Any]]:
    """Write a row of evidence about a parcel."""

    def write(
        parcel_id: str, item: str, done_on: str | None, **more: object
    ) -> dict[str, Any]:
        row = {"subject_kind": "parcel", "subject_id": parcel_id, "item": item}
        return row | {"done_on": done_on} | more

    return write
