"""Real parcels of two cities, read with a field map and checked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import pytest

from zqland import areas, tables
from zqland.testing import shared_data
from zqland_geodata.checks import check_parcels
from zqland_geodata.errors import MissingColumnError
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.assembly import ParcelsRead

pytestmark = pytest.mark.shared_data

CAMBRIDGE = "parcels/cambridge_ma_fy2013.gpkg"
WASHINGTON = "parcels/washington_nh_2016.geojson"


def read(name: str, fieldmap: Path) -> ParcelsRead:
    return read_parcels(shared_data(name), fieldmap=FieldMap.load(fieldmap))


@pytest.fixture
def cambridge(fieldmaps: Path) -> ParcelsRead:
    return read(CAMBRIDGE, fieldmaps / "cambridge.toml")


@pytest.fixture
def washington(fieldmaps: Path) -> ParcelsRead:
    return read(WASHINGTON, fieldmaps / "washington.toml")


def test_every_lot_of_cambridge_comes_out(cambridge: ParcelsRead) -> None:
    parcels = tables.check("parcels", cambridge.parcels)
    assert len(parcels) == 13_159
    assert parcels.index.is_unique
    assert set(parcels["home_zone"]) == {26986}
    assert parcels["land_class"].value_counts().to_dict() == {"M2": 120, "W1": 78}


def test_repeated_and_missing_ids_of_cambridge_are_findings(
    cambridge: ParcelsRead,
) -> None:
    rules = Counter(finding.rule for finding in cambridge.findings)
    # 81 lots repeat an earlier ML, five of them because they have none.
    assert rules["id.missing"] == 6
    assert rules["id.repeated"] == 76


def test_all_invalid_lots_of_cambridge_are_reported(cambridge: ParcelsRead) -> None:
    raw = pyogrio.read_dataframe(shared_data(CAMBRIDGE))
    invalid = set(cambridge.parcels.index[~raw.geometry.is_valid.to_numpy()])
    findings = [*cambridge.findings, *check_parcels(cambridge.parcels)]
    reported = {f.record for f in findings if f.rule.startswith("geometry.invalid")}
    assert len(invalid) == 24
    assert reported == invalid


def test_the_areas_of_cambridge_are_those_of_its_office(cambridge: ParcelsRead) -> None:
    raw = pyogrio.read_dataframe(shared_data(CAMBRIDGE))
    planar = areas.measure(cambridge.parcels, methods=(areas.Method.PLANAR,))[
        "planar_m2"
    ]
    ratio = planar.to_numpy() / raw["area_m2"].to_numpy()
    assert np.quantile(np.abs(ratio - 1), 0.99) < 0.001


def test_the_lots_of_washington_declare_acres(washington: ParcelsRead) -> None:
    parcels = tables.check("parcels", washington.parcels)
    measured = areas.measure(parcels, methods=(areas.Method.PLANAR,))
    ratio = parcels["declared_m2"] / measured["planar_m2"]
    assert len(parcels) == 2016
    assert washington.findings == []
    assert ratio.median() == pytest.approx(1, abs=0.1)


def test_the_invalid_lots_of_washington_are_reported(washington: ParcelsRead) -> None:
    rules = Counter(finding.rule for finding in check_parcels(washington.parcels))
    assert rules["geometry.invalid"] == 8


def test_without_a_field_map_the_missing_column_is_named() -> None:
    with pytest.raises(MissingColumnError, match=r"parcel_id.*ML, MAP, LOT"):
        read_parcels(shared_data(CAMBRIDGE))
