"""Polygons of KML: shapes, folders, values, heights, faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zqland_geodata.errors import (
    FileUnreadableError,
    MissingLayerError,
)
from zqland_geodata.fieldmap import FieldMap, TableMap
from zqland_geodata.kml import read
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.vector import read_parcels

Write = Callable[..., Path]
Make = Any


def layer(path: Path, **how: Any) -> Any:  # noqa: ANN401
    return read(path, TableMap(**how), ReadOptions())


def rules(read: Any) -> list[str]:  # noqa: ANN401
    return [finding.rule for finding in read.findings]


def test_a_placemark_becomes_a_parcel(write_kml: Write, make: Make) -> None:
    found = read_parcels(write_kml(make.placemark(name="地块一")))
    assert list(found.parcels.index) == ["地块一"]
    assert found.parcels["name"].to_list() == ["地块一"]
    assert rules(found) == ["kml.name_is_id"]


@pytest.mark.parametrize("shape", ["square", "holed", "two"])
def test_shapes_come_out_with_parts_and_holes(
    write_kml: Write, make: Make, shape: str
) -> None:
    expected = getattr(make, shape)
    found = layer(write_kml(make.placemark(expected))).table.geometry.iloc[0]
    assert found.normalize().equals_exact(expected.normalize(), 0)


def test_kml_without_further_words_is_wgs_84(write_kml: Write, make: Make) -> None:
    assert layer(write_kml(make.placemark())).crs.to_epsg() == 4326


def test_a_field_map_may_say_that_it_is_cgcs2000(write_kml: Write, make: Make) -> None:
    fieldmap = FieldMap.parse("m.toml", "[parcels]\nsource_crs = 4490")
    found = read_parcels(write_kml(make.placemark()), fieldmap=fieldmap)
    assert len(found.parcels) == 1


@pytest.mark.parametrize("prefix", ["", "k:"])
def test_name_spaces_do_not_matter(
    tmp_path: Path, write_kml: Write, make: Make, prefix: str
) -> None:
    text = write_kml(make.placemark()).read_text(encoding="utf-8")
    text = text.replace(" xmlns='http://www.opengis.net/kml/2.2'", "")
    text = text.replace("</", f"</{prefix}").replace("<", f"<{prefix}")
    text = text.replace(f"<{prefix}/{prefix}", f"</{prefix}")
    text = text.replace(f"<{prefix}kml>", f"<{prefix}kml xmlns:k='urn:k'>", 1)
    path = tmp_path / "b.kml"
    path.write_text(text, encoding="utf-8")
    assert len(layer(path).table) == 1


def test_loose_blanks_and_mixed_heights_are_read(write_kml: Write, make: Make) -> None:
    loose = "112.8, 23.3 ,0\n112.81,23.3\t112.81 , 23.31,5.5 112.8,23.31 112.8,23.3,"
    text = make.polygon(make.square).split("<coordinates>")[0] + "<coordinates>"
    rest = "</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    found = layer(write_kml(make.placemark(text + loose + rest)))
    assert found.table.geometry.iloc[0].equals(make.square)


def test_heights_are_left_out_with_a_finding(write_kml: Write, make: Make) -> None:
    high = make.polygon(make.square, height=",12.5")
    flat = make.polygon(make.square, height=",0")
    found = layer(write_kml(make.placemark(high), make.placemark(flat)))
    heights = [one for one in found.findings if one.rule == "geometry.heights"]
    assert len(heights) == 1
    assert "1 shapes" in heights[0].message.en
    assert not found.table.geometry.has_z.any()


def test_an_open_ring_is_closed_with_a_finding(write_kml: Write, make: Make) -> None:
    points = shapely.get_coordinates(make.square.exterior)[:-1]
    body = f"<Polygon><outerBoundaryIs>{make.ring(points)}</outerBoundaryIs></Polygon>"
    found = layer(write_kml(make.placemark(body)))
    assert found.table.geometry.iloc[0].equals(make.square)
    assert "kml.ring_closed" in rules(found)


def test_a_closed_line_is_read_as_its_area(write_kml: Write, make: Make) -> None:
    points = make.ring(shapely.get_coordinates(make.square.exterior))
    line = points.replace("LinearRing", "LineString")
    found = layer(write_kml(make.placemark(line)))
    assert found.table.geometry.iloc[0].equals(make.square)
    assert "kml.line_closed" in rules(found)


def lines_of(make: Make, shape: shapely.Geometry) -> str:
    """Return all rings of a shape as closed lines."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    lines = "".join(make.ring(shapely.get_coordinates(ring)) for ring in rings)
    return lines.replace("LinearRing", "LineString")


def test_closed_lines_inside_others_are_holes(write_kml: Write, make: Make) -> None:
    body = f"<MultiGeometry>{lines_of(make, make.two)}</MultiGeometry>"
    found = layer(write_kml(make.placemark(body)))
    assert found.table.geometry.iloc[0].equals(make.two)


def test_closed_lines_beside_polygons_are_told(write_kml: Write, make: Make) -> None:
    body = make.polygon(make.square) + lines_of(make, make.two)
    found = layer(write_kml(make.placemark(f"<MultiGeometry>{body}</MultiGeometry>")))
    assert found.table.geometry.iloc[0].equals(make.square)
    (beside,) = [one for one in found.findings if one.rule == "kml.line_beside"]
    assert (beside.record, beside.place) == ("A-1", "line 2")
    assert "3 closed lines" in beside.message.en


def test_points_and_open_lines_are_left_out_and_named(
    write_kml: Write, make: Make
) -> None:
    point = "<Point><coordinates>112.8,23.3</coordinates></Point>"
    line = "<LineString><coordinates>1,2 3,4 5,6 7,8</coordinates></LineString>"
    found = layer(
        write_kml(
            make.placemark(),
            make.placemark(point, name="pin"),
            make.placemark(line, name="road"),
            make.placemark("", name="bare"),
        )
    )
    (left,) = (one for one in found.findings if one.rule == "kml.left_out")
    assert left.value == "pin, road, bare"
    assert len(found.table) == 1


def test_values_without_a_shape_are_a_record(write_kml: Write, make: Make) -> None:
    values = "<ExtendedData><Data name='a'><value>1</value></Data></ExtendedData>"
    found = read_parcels(
        write_kml(make.placemark(), make.placemark("", name="b", more=values))
    )
    assert found.parcels["home_geometry"].is_empty.to_list() == [False, True]
    assert "geometry.missing" in rules(found)


def test_a_label_point_beside_a_polygon_is_ignored(
    write_kml: Write, make: Make
) -> None:
    point = "<Point><coordinates>112.8,23.3</coordinates></Point>"
    body = f"<MultiGeometry>{point}{make.polygon(make.holed)}</MultiGeometry>"
    found = layer(write_kml(make.placemark(body)))
    assert found.table.geometry.iloc[0].equals(make.holed)


@pytest.mark.parametrize(
    "words",
    [
        "112.8,23.3 112.81",
        "112.8;23.3 112.81;23.3 112.81;23.31",
        "112.8,23.3 nan,23.3 112.81,23.31 112.8,23.3",
        "112.8,23.3 1e999,23.3 112.81,23.31 112.8,23.3",
        "112.8,23.3 1_2,23.3 112.81,23.31 112.8,23.3",
        "112.8,23.3 112.81,23.3",
        "",
        "--,--",
    ],
)
def test_a_record_with_unreadable_coordinates_is_kept(
    write_kml: Write, make: Make, words: str
) -> None:
    body = (
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{words}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )
    found = read_parcels(
        write_kml(make.placemark(body, name="bad"), make.placemark(name="good"))
    )
    assert list(found.parcels.index) == ["bad", "good"]
    assert found.parcels["home_geometry"].is_empty.to_list() == [True, False]
    (fault,) = (one for one in found.findings if one.rule == "kml.coordinates")
    assert (fault.record, fault.place) == ("bad", "line 2")


def test_a_polygon_with_two_outer_rings_is_no_polygon(
    write_kml: Write, make: Make
) -> None:
    outer = (
        make.polygon(make.square).removeprefix("<Polygon>").removesuffix("</Polygon>")
    )
    found = layer(write_kml(make.placemark(f"<Polygon>{outer}{outer}</Polygon>")))
    assert rules(found)[0] == "kml.coordinates"


def test_a_polygon_without_outer_ring_is_no_polygon(
    write_kml: Write, make: Make
) -> None:
    found = layer(write_kml(make.placemark("<Polygon><extrude>1</extrude></Polygon>")))
    assert found.table.geometry.isna().all()


def test_the_folder_is_a_column(write_kml: Write, make: Make) -> None:
    inner = f"<Folder><name>二期</name>{make.placemark()}</Folder>"
    found = layer(
        write_kml(f"<Folder><name>大沙</name>{inner}</Folder>", make.placemark())
    )
    assert found.table["folder"].to_list() == ["大沙/二期", ""]


@pytest.mark.parametrize("name", ["大沙", "二期", "大沙/二期"])
def test_a_folder_can_be_chosen(write_kml: Write, make: Make, name: str) -> None:
    inner = f"<Folder><name>二期</name>{make.placemark(name='in')}</Folder>"
    path = write_kml(
        f"<Folder><name>大沙</name>{inner}</Folder>", make.placemark(name="out")
    )
    assert layer(path, layer=name).table["name"].to_list() == ["in"]


def test_an_unknown_folder_is_refused_with_the_known_ones(
    write_kml: Write, make: Make
) -> None:
    path = write_kml(f"<Folder><name>大沙</name>{make.placemark()}</Folder>")
    with pytest.raises(MissingLayerError, match="no folder “x”; it has: 大沙"):
        layer(path, layer="x")


def test_a_name_behind_its_placemarks_counts(write_kml: Write, make: Make) -> None:
    path = write_kml(f"<Folder>{make.placemark()}<name>late</name></Folder>")
    assert layer(path).table["folder"].to_list() == ["late"]


def test_records_are_named_by_their_lines(write_kml: Write, make: Make) -> None:
    found = layer(write_kml(make.placemark(), "", make.placemark()))
    assert found.row_places == ["line 2", "line 4"]


def test_a_network_link_is_never_followed(write_kml: Write, make: Make) -> None:
    link = (
        "<NetworkLink><Link><href>http://example.org/a.kml</href></Link></NetworkLink>"
    )
    found = layer(write_kml(make.placemark(), link))
    (note,) = (one for one in found.findings if one.rule == "kml.network_link")
    assert note.value == "http://example.org/a.kml"
    with pytest.raises(FileUnreadableError, match="not followed"):
        layer(write_kml(link, name="b.kml"))


def test_an_overlay_is_left_out(write_kml: Write, make: Make) -> None:
    overlay = (
        "<GroundOverlay><name>photo</name><Icon><href>file:///etc/passwd</href></Icon>"
        "</GroundOverlay>"
    )
    found = layer(write_kml(overlay, make.placemark()))
    assert "kml.overlay" in rules(found)
    assert found.table["name"].to_list() == ["A-1"]


def test_an_update_is_passed_by(write_kml: Write, make: Make) -> None:
    update = f"<Update><Create>{make.placemark(name='new')}</Create></Update>"
    assert layer(write_kml(update, make.placemark())).table["name"].to_list() == ["A-1"]


@pytest.mark.parametrize("text", ["<gpx/>", "<kml/>", "<kml><Document/></kml>"])
def test_a_file_without_polygons_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.kml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileUnreadableError, match=r"no KML|no polygons"):
        layer(path)


def test_swapped_degrees_are_seen(write_kml: Write, make: Make) -> None:
    swapped = shapely.transform(make.square, lambda points: points[:, ::-1])
    found = read_parcels(write_kml(make.placemark(swapped)))
    assert "crs.axes_swapped" in rules(found)


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(points=9), "more than 9 points"),
        (Limits(records=1), "more than 1 placemarks"),
        (Limits(depth=6), "more than 6 deep"),
        (Limits(cells=1), "more than 1 cells"),
    ],
)
def test_limits_are_kept(
    write_kml: Write, make: Make, limits: Limits, sentence: str
) -> None:
    data = "<ExtendedData><Data name='a'><value>1</value></Data></ExtendedData>"
    path = write_kml(make.placemark(more=data), make.placemark())
    with pytest.raises(FileUnreadableError, match=sentence):
        read(path, TableMap(), ReadOptions(limits=limits))


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(
    corners=st.lists(
        st.tuples(st.floats(112.0, 113.0), st.floats(22.0, 24.0)),
        min_size=3,
        max_size=8,
        unique=True,
    )
)
def test_every_digit_of_a_ring_is_kept(
    write_kml: Write, make: Make, corners: list[tuple[float, float]]
) -> None:
    expected = shapely.Polygon(corners)
    found = layer(write_kml(make.placemark(expected))).table.geometry.iloc[0]
    assert found.equals_exact(expected, 0)
