"""Boundary-point tables in the forms that offices hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata.errors import (
    AmbiguousColumnError,
    FileUnreadableError,
    MissingColumnError,
    SourceCrsError,
)
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.points import rings
from zqland_geodata.survey.tally import Tally
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    Rows = list[tuple[object, ...]]
    Write = Callable[..., Path]

SHELL = [(100, 100), (100, 0), (0, 0), (0, 100)]
HOLE = [(20, 20), (20, 40), (40, 40), (40, 20)]
PART = [(300, 100), (300, 0), (200, 0), (200, 100)]
EAST, NORTH = 38_357_200.0, 2_563_400.0
HEADING = ("地块编号", "圈号", "点号", "X", "Y")


def place(corner: tuple[int, int], prefix: float = 0.0) -> tuple[str, str]:
    """Return northing and easting of a corner."""
    north, east = NORTH + corner[1], EAST + corner[0] - prefix
    return f"{north:.3f}", f"{east:.3f}"


def points(
    *parcels: tuple[str, list[list[tuple[int, int]]]], prefix: float = 0.0
) -> Rows:
    """Return a row for every point: id, ring, point, northing, easting."""
    rows: Rows = []
    for name, parts in parcels:
        for ring, corners in enumerate(parts, 1):
            closed = [*corners, corners[0]]
            rows += [
                (name, ring, f"J{number % len(corners) + 1}", *place(corner, prefix))
                for number, corner in enumerate(closed)
            ]
    return rows


ONE = points(
    ("ZQ-1", [SHELL, HOLE, PART]), ("ZQ-2", [[(x + 500, y) for x, y in SHELL]])
)


def read(path: Path, **how: object) -> tuple[gpd.GeoDataFrame, list[str]]:
    found = read_parcels(path, options=ReadOptions(**how))  # type: ignore[arg-type]
    return found.parcels, [finding.rule for finding in found.findings]


def expected() -> shapely.MultiPolygon:
    first = shapely.Polygon(SHELL, [HOLE])
    shape = shapely.MultiPolygon([first, shapely.Polygon(PART)])
    return shapely.transform(shape, lambda xy: xy + np.array([EAST, NORTH]))


def test_shells_holes_and_parts_are_told_apart(write_csv: Write) -> None:
    parcels, rules = read(write_csv(HEADING, *ONE))
    assert list(parcels.index) == ["ZQ-1", "ZQ-2"]
    assert parcels["home_geometry"].iloc[0].equals(expected())
    assert parcels["home_geometry"].iloc[1].area == 10_000.0
    assert rules == ["survey.zone_from_easting", "points.datum_assumed"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_office_programs_is_read(
    write_csv: Write, encoding: str
) -> None:
    parcels, _ = read(write_csv(HEADING, *ONE, encoding=encoding))
    assert parcels["home_geometry"].iloc[0].equals(expected())


def test_swapped_columns_are_told_by_their_figures(write_csv: Write) -> None:
    swapped = [(*row[:3], row[4], row[3]) for row in ONE]
    parcels, rules = read(write_csv((*HEADING[:3], "北坐标", "东坐标"), *swapped))
    assert parcels["home_geometry"].iloc[0].equals(expected())
    assert "points.axes_swapped" in rules


def test_x_may_be_either_without_a_finding(write_csv: Write) -> None:
    swapped = [(*row[:3], row[4], row[3]) for row in ONE]
    parcels, rules = read(write_csv(HEADING, *swapped))
    assert parcels["home_geometry"].iloc[0].equals(expected())
    assert "points.axes_swapped" not in rules


@pytest.mark.parametrize("given", [None, 4547, 4526])
def test_eastings_without_zone_number_are_read(
    write_csv: Write, given: int | None
) -> None:
    rows = points(("ZQ-1", [SHELL, HOLE, PART]), prefix=38_000_000.0)
    parcels, rules = read(write_csv(HEADING, *rows), source_crs=given)
    assert parcels["home_geometry"].iloc[0].equals(expected())
    assert ("survey.zone_from_city" in rules) == (given is None)


def test_eastings_without_zone_number_elsewhere_are_refused(write_csv: Write) -> None:
    rows = [("A", 1, "J1", 2_400_000 + n, 450_000 + n * n) for n in range(4)]
    with pytest.raises(SourceCrsError, match=r"line 2.*source-crs"):
        read(write_csv(HEADING, *rows))


@pytest.mark.parametrize("is_swapped", [True, False])
def test_degrees_are_read(write_csv: Write, *, is_swapped: bool) -> None:
    corners = [(112.61, 23.16), (112.62, 23.16), (112.62, 23.17)]
    rows = [
        ("A", 1, n, *(corner[::-1] if is_swapped else corner))
        for n, corner in enumerate(corners)
    ]
    parcels, rules = read(write_csv(HEADING, *rows))
    assert parcels.geometry.iloc[0].equals_exact(shapely.Polygon(corners), 1e-9)
    assert "survey.not_closed" in rules


def test_parcels_of_both_zones_get_their_own(write_csv: Write) -> None:
    west = [(name, ring, at, y, f"{37_650_000 + float(x) - EAST:.3f}")
            for name, ring, at, y, x in points(("ZQ-9", [SHELL]))]  # fmt: skip
    parcels, rules = read(write_csv(HEADING, *ONE, *west))
    assert parcels["home_zone"].to_list() == [4526, 4526, 4525]
    gap = shapely.hausdorff_distance(parcels["home_geometry"].iloc[0], expected())
    assert gap < 0.000_1
    assert "survey.zones_mixed" in rules


def test_a_column_may_state_the_system(write_csv: Write) -> None:
    rows = [(*row, "EPSG:4526") for row in ONE]
    _, rules = read(write_csv((*HEADING, "坐标系"), *rows))
    assert rules == []


def test_an_unknown_system_is_refused(write_csv: Write) -> None:
    rows = [(*row, "西安80") for row in ONE]
    with pytest.raises(SourceCrsError, match="西安80"):
        read(write_csv((*HEADING, "坐标系"), *rows))


def test_other_columns_are_taken_from_the_first_row_that_has_them(
    write_csv: Write,
) -> None:
    rows = [(*row, "", "") for row in ONE]
    rows[0] = (*ONE[0], "新区一号", "1.86公顷")
    parcels, _ = read(write_csv((*HEADING, "地块名称", "面积"), *rows))
    assert parcels["name"].iloc[0] == "新区一号"
    assert parcels["declared_m2"].iloc[0] == 18_600.0


def test_an_id_written_once_holds_for_the_rows_below(write_csv: Write) -> None:
    seen: set[object] = set()
    rows = []
    for row in ONE:
        rows.append(("" if row[0] in seen else row[0], *row[1:]))
        seen.add(row[0])
    parcels, rules = read(write_csv(HEADING, *rows))
    assert list(parcels.index) == ["ZQ-1", "ZQ-2"]
    assert "points.id_filled" in rules


def test_open_rings_are_closed_with_a_finding(write_csv: Write) -> None:
    rows = [row for row, after in zip(ONE, [*ONE[1:], None], strict=True)
            if after is not None and after[1] == row[1]]  # fmt: skip
    parcels, rules = read(write_csv(HEADING, *rows))
    assert parcels["home_geometry"].iloc[0].equals(expected())
    assert rules.count("survey.not_closed") == 1


def test_rings_without_numbers_end_where_they_close(write_csv: Write) -> None:
    rows = [(row[0], *row[2:]) for row in ONE]
    parcels, _ = read(write_csv(("地块编号", "点号", "X", "Y"), *rows))
    assert parcels["home_geometry"].iloc[0].equals(expected())


def test_scattered_points_are_put_together(write_csv: Write) -> None:
    other = [row for row in ONE if row[0] == "ZQ-2"]
    rows = [*ONE[:5], *other, *ONE[5:-5]]
    parcels, rules = read(write_csv(HEADING, *rows))
    assert parcels["home_geometry"].iloc[0].equals(expected())
    assert "points.scattered" in rules


@pytest.mark.parametrize(
    "columns",
    [(0, 1, 2, 3, 4), (0, 2, 1, 3, 4), (0, 2, 3, 4), (0, 3, 4), (0, 2, 1, 4, 3)],
)
def test_columns_without_headings_are_told_by_what_they_hold(
    write_csv: Write, columns: tuple[int, ...]
) -> None:
    rows = [tuple(row[column] for column in columns) for row in ONE]
    parcels, rules = read(write_csv(*rows))
    assert list(parcels.index) == ["ZQ-1", "ZQ-2"]
    assert parcels["home_geometry"].iloc[0].equals(expected())
    assert "points.no_headings" in rules


def test_the_simple_form_of_the_province_is_read(write_csv: Write) -> None:
    rows = [(n, "宗地1", *row[1:]) for n, row in enumerate(ONE[:-5], 1)]
    parcels, _ = read(write_csv(*rows))
    assert list(parcels.index) == ["宗地1"]
    assert parcels["home_geometry"].iloc[0].equals(expected())


def test_bare_coordinates_are_one_parcel_without_id(write_csv: Write) -> None:
    rows = [row[3:] for row in ONE[:5]]
    parcels, rules = read(write_csv(*rows))
    assert parcels["home_geometry"].iloc[0].area == 10_000.0
    assert "id.missing" in rules


def test_a_small_number_that_may_be_ring_or_parcel_is_refused(
    write_csv: Write,
) -> None:
    rows = [row[1:] for row in ONE[:10]]
    with pytest.raises(AmbiguousColumnError, match="no headings"):
        read(write_csv(*rows))


@pytest.mark.parametrize("mark", ["\t", ";", "，"])
def test_other_marks_between_cells_are_read(tmp_path: Path, mark: str) -> None:
    lines = [mark.join(map(str, row)) for row in (HEADING, *ONE)]
    path = tmp_path / "points.csv"
    path.write_text("\r\n".join(lines), encoding="utf-8")
    parcels, _ = read(path)
    assert parcels["home_geometry"].iloc[0].equals(expected())


def test_figures_of_full_width_are_read(tmp_path: Path) -> None:
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")  # noqa: RUF001
    lines = [",".join(map(str, row)).translate(wide) for row in ONE]
    path = tmp_path / "points.csv"
    path.write_text("\n".join([",".join(HEADING), *lines]), encoding="utf-8")
    parcels, _ = read(path)
    assert parcels["home_geometry"].iloc[0].equals(expected())


def test_a_coordinate_that_is_no_number_names_its_line(write_csv: Write) -> None:
    rows = [*ONE[:3], (*ONE[3][:3], "x", "x"), *ONE[4:]]
    with pytest.raises(FileUnreadableError, match=r"line 5.*x, x"):
        read(write_csv(HEADING, *rows))


def test_two_points_are_no_parcel(write_csv: Write) -> None:
    rows = [*ONE, *points(("ZQ-3", [SHELL[:2]]))]
    parcels, rules = read(write_csv(HEADING, *rows))
    assert parcels["home_geometry"].iloc[2].is_empty
    assert {"points.too_few", "geometry.missing"} <= set(rules)


def test_a_table_without_coordinates_is_refused(write_csv: Write) -> None:
    with pytest.raises(MissingColumnError, match="no two columns of coordinates"):
        read(write_csv(("地块编号", "面积"), ("A", "1"), ("B", "2")))


def test_more_points_than_the_limit_are_refused(write_csv: Write) -> None:
    with pytest.raises(FileUnreadableError, match="more points"):
        read(write_csv(HEADING, *ONE), limits=Limits(points=5))


def test_a_line_of_the_file_stands_with_each_finding(write_csv: Write) -> None:
    rows = [*ONE, *points(("", [[(x + 900, y) for x, y in SHELL]]))]
    found = read_parcels(write_csv(HEADING, *rows)).findings
    filled = next(one for one in found if one.rule == "points.id_filled")
    assert "5 rows" in filled.message.en


@given(st.permutations([0, 1, 2, 3]))
def test_the_order_of_rings_does_not_matter(order: list[int]) -> None:
    boxes = [
        shapely.box(0, 0, 90, 90),
        shapely.box(10, 10, 80, 80),
        shapely.box(20, 20, 70, 70),
        shapely.box(200, 0, 290, 90),
    ]
    corners = np.vstack([shapely.get_coordinates(boxes[which])[:-1] for which in order])
    boundaries = rings.Boundaries(
        coordinates=corners,
        owner=np.zeros(16, dtype=np.int64),
        number=np.repeat(np.arange(1, 5), 4),
        lines=np.arange(2, 18),
        names=[""] * 16,
    )
    shape = rings.polygons(boundaries, Tally())[0][0]
    assert shape.area == 8100 - 4900 + 2500 + 8100
    assert shapely.get_num_geometries(shape) == 3


def opened(*parts: list[tuple[int, int]], **how: bool) -> Rows:
    """Return the points of rings under one number; ``first`` or ``last`` close."""
    ends = [how.get("first", False), how.get("last", False)]
    corners = [
        corner
        for part, closes in zip(parts, ends, strict=True)
        for corner in (*part, *part[:1] * closes)
    ]
    return [("A", 1, f"J{n}", *place(at)) for n, at in enumerate(corners, 1)]


@pytest.mark.parametrize("closing", [{"first": True}, {"last": True}])
def test_a_closed_and_an_open_ring_of_one_number_are_refused(
    write_csv: Write, closing: dict[str, bool]
) -> None:
    with pytest.raises(FileUnreadableError, match="line"):
        read(write_csv(HEADING, *opened(SHELL, PART, **closing)))


def test_open_rings_of_one_number_that_repeat_their_names_are_refused(
    write_csv: Write,
) -> None:
    rows = [("A", f"J{n % 4}", *place(at)) for n, at in enumerate([*SHELL, *HOLE])]
    with pytest.raises(FileUnreadableError, match=r"line 6.*may be two rings"):
        read(write_csv(("地块编号", "点号", "X", "Y"), *rows))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (SHELL, "line 7.*is the same as another ring"),
        ([(x + 50, y) for x, y in SHELL], "line 7.*partly outside another"),
    ],
)
def test_rings_that_cross_or_repeat_are_refused(
    write_csv: Write, other: list[tuple[int, int]], message: str
) -> None:
    with pytest.raises(FileUnreadableError, match=message):
        read(write_csv(HEADING, *points(("A", [SHELL, other]))))


def test_a_closing_row_under_the_next_number_closes(write_csv: Write) -> None:
    rows = points(("A", [SHELL]))
    rows[-1] = ("A", 2, *rows[-1][2:])
    parcels, rules = read(write_csv(HEADING, *rows))
    assert parcels["home_geometry"].iloc[0].area == 10_000
    assert "survey.closing_ring_number" in rules


def test_names_that_differ_within_a_parcel_are_found(write_csv: Write) -> None:
    rows = [(*row, "甲" if number < 3 else "乙") for number, row in enumerate(ONE)]
    found = read_parcels(write_csv((*HEADING, "地块名称"), *rows))
    differ = [one for one in found.findings if one.rule == "points.values_differ"]
    assert [(one.place, one.value) for one in differ] == [("line 5", "乙")]
    assert found.parcels["name"].iloc[0] == "甲"


def test_a_given_system_that_does_not_exist_is_refused(write_csv: Write) -> None:
    with pytest.raises(SourceCrsError, match="999999"):
        read(write_csv(HEADING, *ONE), source_crs=999_999)
