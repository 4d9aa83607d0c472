"""Write known shapes in every dialect of survey TXT, for the tests of reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import shapely

from zqland import grids
from zqland_geodata.survey import read_survey_txt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zqland_geodata.assembly import ParcelsRead

KEYS = {
    "格式版本号": "1.01版本",
    "数据产生单位": "肇庆市自然资源局",
    "数据产生日期": "2023-10-10",
    "坐标系": "2000国家大地坐标系",
    "几度分带": "3",
    "投影类型": "高斯克吕格",
    "计量单位": "米",
    "带号": "38",
    "精度": "0.001",
    "转换参数": "0,0,0,0,0,0,0",
}
UNITS_M2 = {"公顷": 10_000.0, "平方米": 1.0, "亩": 2000.0 / 3.0}
FULL_WIDTH = {sign: sign + 0xFEE0 for sign in b"0123456789,.J"}


@dataclass(frozen=True)
class Dialect:
    """How a survey TXT is written; the defaults are the canonical form."""

    encoding: str = "gbk"
    ends: str = "\r\n"
    swapped: bool = False
    prefixed: bool = True
    number: str = "38"
    width: str = "3"
    datum: str = "2000国家大地坐标系"
    keys: int = 10
    brackets: str = "[]"
    full_width: bool = False
    spaces: bool = False
    blank: bool = False
    extra: bool = False
    notes: bool = False
    form: str = "nine"
    unit: str = ""
    unit_written: bool = False
    name: str = "标准地{}号"
    points: str = "J{}"
    labels: str = "through"
    numbering: str = "through"
    closing: str = "written"
    count: str = "rows"
    columns: int = 4


def is_decidable(dialect: Dialect, shape: shapely.Geometry) -> bool:
    """Tell whether a parcel has one reading only."""
    if not dialect.prefixed and dialect.number == "40":
        return False
    polygons = getattr(shape, "geoms", [shape])
    holes = [len(polygon.interiors) for polygon in polygons]
    shares_number = len(polygons) + sum(holes) > 1
    if dialect.numbering == "through" and dialect.columns != 3:
        shares_number = False
    if dialect.numbering == "part" and dialect.columns != 3:
        # Two rings numbered 1 meet where a part without holes is not the last.
        shares_number = 0 in holes[:-1]
    return not (shares_number and dialect.closing in {"none", "corrupt"})


def rows_of(shape: shapely.Geometry, dialect: Dialect) -> tuple[list[str], int]:
    """Write the points of a parcel; return the rows, and how many only close."""
    rows: list[str] = []
    closing = 0
    through, numbers = 1, 0
    for polygon in getattr(shape, "geoms", [shape]):
        if dialect.numbering == "part":
            numbers = 0
        for ring in (polygon.exterior, *polygon.interiors):
            numbers = 1 if dialect.numbering == "one" else numbers + 1
            corners = list(ring.coords)[:-1]
            first = 1 if dialect.labels == "ring" else through
            for place, corner in enumerate(corners):
                rows.append(_row(dialect, first + place, numbers, corner))
            through += len(corners)
            end = {"own": first, "next": first + len(corners), "one": 1}.get(
                dialect.labels, first
            )
            if dialect.closing == "none":
                continue
            closing += 1
            number = numbers + (dialect.closing == "next")
            if dialect.closing == "corrupt":
                north = corners[0][1]
                rows.append(_row(dialect, end, number, (north, north), shift=False))
            else:
                rows.append(_row(dialect, end, number, corners[0]))
    return rows, closing


def _row(
    dialect: Dialect,
    label: int,
    number: int,
    corner: tuple[float, ...],
    *,
    shift: bool = True,
) -> str:
    east, north = corner
    if not dialect.prefixed and shift:
        east -= 38_000_000.0
    pair = [f"{north:.3f}", f"{east:.3f}"]
    if dialect.swapped:
        pair.reverse()
    name = dialect.points.format(label)
    fields = {
        3: [name, *pair],
        4: [name, str(number), *pair],
        6: [str(label), "1", str(number), name, *pair],
    }[dialect.columns]
    text = (", " if dialect.spaces else ",").join(fields)
    return text.translate(FULL_WIDTH) if dialect.full_width else text


def title(
    shape: shapely.Geometry, number: int, dialect: Dialect, rows: tuple[int, int]
) -> str:
    """Write the first row of a parcel."""
    count, closing = rows
    stated = {"rows": count, "vertices": count - closing, "zero": 0}[dialect.count]
    unit = dialect.unit or "公顷"
    area = f"{shape.area / UNITS_M2[unit]:.4f}"
    area += dialect.unit if dialect.unit_written else ""
    name = dialect.name.format(number)
    forms = {
        "nine": f"{stated},{area},ZQ-{number},{name},面,,,,@",
        "eight": f"{stated},{area},ZQ-{number},{name},面,,,@",
        "eleven": f"{stated},{area},441203101,某村,ZQ-{number},{name},面,,,,@",
        "thirteen": f"{stated},{area},ZQ-{number},{name},面,,,地上,0.5,甲,,旱,@",
        "no count": f"{area}公顷,ZQ-{number},{name},面,,,,@",
        "no comma": f"{stated},{area},ZQ-{number},{name},面,,,0601@",
    }
    text = forms[dialect.form]
    return text.replace(",", "，") if dialect.full_width else text


def lines_of(shapes: list[shapely.Geometry], dialect: Dialect) -> Iterator[str]:
    """Write the lines of a file."""
    left, right = dialect.brackets
    if dialect.extra:
        yield from (f"{left}项目信息{right}", "项目名称=某项目", "备注=")
    keys = {
        **KEYS,
        "带号": dialect.number,
        "几度分带": dialect.width,
        "坐标系": dialect.datum,
    }
    yield (" " if dialect.spaces else "") + f"{left}属性描述{right}"
    for key in list(keys)[-dialect.keys :]:
        yield f"{key}={keys[key]}"
    yield f"{left}地块坐标{right}"
    if dialect.notes:
        yield from ("【说明：坐标由", "勘测单位提供】")
    for number, shape in enumerate(shapes, 1):
        rows, closing = rows_of(shape, dialect)
        yield title(shape, number, dialect, (len(rows), closing))
        yield from rows
        if dialect.blank:
            yield ""


def write(shapes: list[shapely.Geometry], dialect: Dialect) -> bytes:
    """Write a file."""
    text = "".join(f"{line}{dialect.ends}" for line in lines_of(shapes, dialect))
    return text.encode(dialect.encoding)


def at(east_m: float, north_m: float, *corners: tuple[float, float]) -> shapely.Polygon:
    """Return a polygon by corners from a place in zone 38, to the millimetre."""
    place = (38_378_000.0 + east_m, 2_576_000.0 + north_m)
    return shapely.Polygon(
        [(round(place[0] + x, 3), round(place[1] + y, 3)) for x, y in corners]
    )


def box(east_m: float, north_m: float, size_m: float) -> shapely.Polygon:
    """Return a rectangle that is no square, by its south-western corner."""
    high = size_m * 0.875
    return at(
        east_m, north_m, (0, high), (size_m, high), (size_m + 0.125, 0), (0.25, 0)
    )


@pytest.fixture
def shapes() -> list[shapely.Geometry]:
    """Return three parcels: plain, with a hole, and of parts with hole and island."""
    five = at(0, 0, (0, 80.125), (60.5, 90), (75, 40.001), (50, -0.5), (10, 5))
    holed = shapely.Polygon(
        box(200, 0, 100).exterior,
        [box(220, 20, 20).exterior, box(260, 40, 25).exterior],
    )
    ring = shapely.Polygon(box(400, 0, 120).exterior, [box(420, 20, 60).exterior])
    parts = shapely.MultiPolygon([ring, box(435, 35, 20), box(600, 10, 50)])
    return [five, holed, parts]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ParcelsRead]:
    """Return a function that reads shapes as they are written in a dialect."""

    def read_back(
        shapes: list[shapely.Geometry], dialect: Dialect, **how: object
    ) -> ParcelsRead:
        path = tmp_path / "a.txt"
        path.write_bytes(write(shapes, dialect))
        return read_survey_txt(path, **how)

    return read_back


@pytest.fixture
def dialect() -> type[Dialect]:
    """Return the class of dialects, whose defaults are the canonical form."""
    return Dialect


@pytest.fixture
def decidable() -> Callable[[Dialect, shapely.Geometry], bool]:
    """Return the function that tells whether a mixture has one reading only."""
    return is_decidable


@pytest.fixture
def written() -> Callable[[list[shapely.Geometry], Dialect], bytes]:
    """Return the function that writes shapes in a dialect."""
    return write


@pytest.fixture
def zone_37() -> int:
    """Return the EPSG code of zone 37."""
    return grids.gauss_kruger_epsg(37)
