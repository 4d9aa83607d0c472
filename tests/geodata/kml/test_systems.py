"""Shifted coordinates of web maps in the files of Ovital map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import prcoords
import pytest
import shapely

from zqland_geodata.errors import SourceCrsError
from zqland_geodata.fieldmap import TableMap
from zqland_geodata.kml import read
from zqland_geodata.options import ReadOptions
from zqland_geodata.vector import read_parcels

Write = Callable[..., Path]
Make = Any
MILLIMETRE = 1e-8


def layer(path: Path, **how: Any) -> Any:  # noqa: ANN401
    return read(path, TableMap(**how), ReadOptions())


def shifted(shape: shapely.Geometry, function: str) -> shapely.Geometry:
    """Shift a shape by an independent library, which takes latitude first."""

    def move(points: np.ndarray) -> np.ndarray:
        pairs = (
            getattr(prcoords, function)((y, x), check_china=False) for x, y in points
        )
        return np.array([(lon, lat) for lat, lon in pairs])

    return shapely.transform(shape, move)


@pytest.mark.parametrize("word", ["GCJ02", "GCJ-02", "gcj_02", " GCJ02 ", "GCJ02LL"])
def test_gcj02_is_undone(write_kml: Write, make: Make, word: str) -> None:
    moved = shifted(make.two, "wgs_gcj")
    found = layer(write_kml(make.placemark(moved, system=word), name="a.ovkml"))
    assert found.table.geometry.iloc[0].equals_exact(make.two, MILLIMETRE)
    assert found.crs.to_epsg() == 4490
    assert found.findings[0].rule == "kml.web_map"


@pytest.mark.parametrize("word", ["BD09", "BD-09", "bd09ll"])
def test_bd09_is_undone(write_kml: Write, make: Make, word: str) -> None:
    moved = shifted(make.square, "wgs_bd")
    found = layer(write_kml(make.placemark(moved, system=word), name="a.ovkml"))
    assert found.table.geometry.iloc[0].equals_exact(make.square, MILLIMETRE)


@pytest.mark.parametrize(
    ("word", "epsg"), [("CGCS2000", 4490), ("WGS84", 4326), ("WGS-84", 4326)]
)
def test_true_coordinates_stay(
    write_kml: Write, make: Make, word: str, epsg: int
) -> None:
    found = layer(write_kml(make.placemark(system=word), name="a.ovkml"))
    assert found.table.geometry.iloc[0].equals_exact(make.square, 0)
    assert found.crs.to_epsg() == epsg


def test_each_placemark_is_undone_by_its_own_statement(
    write_kml: Write, make: Make
) -> None:
    moved = shifted(make.square, "wgs_gcj")
    found = layer(
        write_kml(
            make.placemark(moved, system="GCJ02"),
            make.placemark(system="CGCS2000"),
            make.placemark(shifted(make.square, "wgs_bd"), system="BD09"),
            name="a.ovkml",
        )
    )
    shapes = found.table.geometry
    assert all(shape.equals_exact(make.square, MILLIMETRE) for shape in shapes)


@pytest.mark.parametrize("behind", [True, False])
def test_a_folder_speaks_for_its_placemarks(
    write_kml: Write, make: Make, *, behind: bool
) -> None:
    said = "<OvCoordType>GCJ02</OvCoordType>"
    mark = make.placemark(shifted(make.square, "wgs_gcj"))
    inner = mark + said if behind else said + mark
    found = layer(write_kml(f"<Folder>{inner}</Folder>", name="a.ovkml"))
    assert found.table.geometry.iloc[0].equals_exact(make.square, MILLIMETRE)


def test_a_placemark_goes_before_its_folder(write_kml: Write, make: Make) -> None:
    mark = make.placemark(system="WGS84")
    text = f"<Folder><OvCoordType>GCJ02</OvCoordType>{mark}</Folder>"
    found = layer(write_kml(text, name="a.ovkml"))
    assert found.table.geometry.iloc[0].equals_exact(make.square, 0)


@pytest.mark.parametrize("word", ["Beijing54", "BD09MC", "1", "坐标"])
def test_an_unknown_statement_is_refused_by_name(
    write_kml: Write, make: Make, word: str
) -> None:
    path = write_kml(make.placemark(system=word), name="a.ovkml")
    with pytest.raises(SourceCrsError, match=f"line 2: .*“{word}”"):
        layer(path)


@pytest.mark.parametrize("name", ["a.ovkml", "A.OVKML"])
def test_ovkml_without_statement_is_refused(
    write_kml: Write, make: Make, name: str
) -> None:
    path = write_kml(make.placemark(), name=name)
    with pytest.raises(SourceCrsError, match="some 600 m apart"):
        layer(path)
    assert len(read_parcels(path, options=ReadOptions(source_crs=4490)).parcels) == 1


def test_a_file_that_states_it_only_in_part_is_refused(
    write_kml: Write, make: Make
) -> None:
    path = write_kml(make.placemark(system="GCJ02"), make.placemark(name="silent"))
    with pytest.raises(SourceCrsError, match="line 3"):
        layer(path, source_crs=4490)


def test_a_silent_point_needs_no_statement(write_kml: Write, make: Make) -> None:
    point = make.placemark("<Point><coordinates>1,2</coordinates></Point>")
    path = write_kml(make.placemark(system="WGS84"), point, name="a.ovkml")
    assert len(layer(path).table) == 1


def test_a_statement_in_plain_kml_counts_too(write_kml: Write, make: Make) -> None:
    moved = shifted(make.square, "wgs_gcj")
    found = layer(write_kml(make.placemark(moved, system="GCJ02")))
    assert found.table.geometry.iloc[0].equals_exact(make.square, MILLIMETRE)
