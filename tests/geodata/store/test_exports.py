"""What is exported reads back as what the store says."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from zqland.errors import NotFoundError
from zqland_geodata.errors import StoreExistsError
from zqland_geodata.planning_sheets import read_indicators, read_targets
from zqland_geodata.spreadsheets import (
    read_evidence,
    read_projects,
    read_status_events,
)
from zqland_geodata.store import exports, imports
from zqland_geodata.store.imports import Delivery, Scope
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from pathlib import Path

    from zqland.reserve import Reserve
    from zqland_geodata.store import Store

ON = dt.date(2023, 9, 5)


@pytest.fixture
def city_books(books: Store, city: Reserve) -> Store:
    imports.load(books, Delivery.of_reserve(city), on=ON, by="a", why="b")
    return books


def read_back(written: exports.Exported) -> Delivery:
    files = written.files
    tables = {
        "parcels": read_parcels(files["parcels"]).parcels,
        "evidence": read_evidence(files["evidence"]).evidence,
        "status_events": read_status_events(files["status_events"]).status_events,
        "projects": read_projects(files["projects"]).projects,
        "indicators": read_indicators(files["indicators"]).table,
        "targets": read_targets(files["targets"]).table,
    }
    return Delivery(tables)


def test_the_whole_reserve_reads_back_without_a_difference(
    city_books: Store, tmp_path: Path
) -> None:
    reader = city_books.reading()
    written = exports.export(reader, tmp_path / "parcels.gpkg", on=ON)
    delivery = read_back(written)
    assert len(delivery.tables["evidence"]) == len(reader.table("evidence"))
    diff = imports.compare(reader, delivery, on=ON)
    (sentence,) = diff.sentences()
    assert sentence.zh == "台账库与文件关于全部储备地块的内容一致，无需更改。"


@pytest.mark.parametrize("scope", ["park:GXQ", "district:441204"])
def test_a_part_reads_back_as_that_part(
    city_books: Store, city: Reserve, tmp_path: Path, scope: str
) -> None:
    reader, part = city_books.reading(), Scope(scope)
    written = exports.export(reader, tmp_path / "parcels.parquet", on=ON, scope=part)
    delivery = read_back(written)
    inside = part.inside(city.parcels, city.parks)
    assert len(delivery.tables["parcels"]) == inside.sum()
    diff = imports.compare(reader, delivery, on=ON, scope=part)
    assert not diff.faults
    assert diff.is_empty


def test_parcels_that_retired_are_left_out_from_that_day(
    filled: Store, tmp_path: Path
) -> None:
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-2", {"retired_on": ON}, seen=1)
    reader = filled.reading()
    for day, left in ((ON, ["A-1"]), (ON - dt.timedelta(days=1), ["A-1", "A-2"])):
        path = tmp_path / f"{day}.gpkg"
        exports.export(reader, path, on=day)
        assert read_parcels(path).parcels.index.tolist() == left


def test_what_was_known_at_a_revision_is_what_is_written(
    filled: Store, tmp_path: Path
) -> None:
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
    exports.export(filled.reading(), tmp_path / "a.gpkg", on=ON, known_at=1)
    assert read_parcels(tmp_path / "a.gpkg").parcels["name"]["A-1"] == "甲地块"


def test_no_cell_is_taken_for_a_formula(filled: Store, tmp_path: Path) -> None:
    facts = pd.DataFrame(
        {
            "evidence_id": ["E-1"],
            "subject_kind": "parcel",
            "subject_id": "A-1",
            "item": "road",
            "done_on": pd.Timestamp(2023, 5, 1),
            "document": "=1+1",
        }
    )
    imports.load(filled, Delivery({"evidence": facts}), on=ON, by="a", why="b")
    files = exports.export(filled.reading(), tmp_path / "a.gpkg", on=ON).files
    assert ",'=1+1," in files["evidence"].read_text(encoding="utf-8-sig")
    back = Delivery({"evidence": read_evidence(files["evidence"]).evidence})
    assert imports.compare(filled.reading(), back, on=ON).is_empty


def test_a_file_that_is_there_is_never_replaced(filled: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"mine")
    with pytest.raises(StoreExistsError, match=r"a\.gpkg is there already"):
        exports.export(filled.reading(), path, on=ON)
    assert [file.name for file in tmp_path.glob("a*")] == ["a.gpkg"]
    assert path.read_bytes() == b"mine"


def test_a_scope_that_nothing_has_is_refused(filled: Store, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no scope"):
        exports.export(filled.reading(), tmp_path / "a.gpkg", on=ON, scope=Scope("X"))
