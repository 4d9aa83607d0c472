"""Small named inputs for the tests of reading."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import xlsxwriter

GOLDEN = """[属性描述]
格式版本号=1.01版本
数据产生单位=肇庆市自然资源局
数据产生日期=2023-10-10
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=0,0,0,0,0,0,0
[地块坐标]
10,30.4747,ZQ-2023-001,新区标准地一号,面,F49G050080,工业用地,0601,@
J1,1,2563400.000,38357200.000
J2,1,2563420.000,38357800.000
J3,1,2562900.000,38357820.000
J4,1,2562880.000,38357210.000
J1,1,2563400.000,38357200.000
J5,2,2563200.000,38357400.000
J6,2,2563100.000,38357400.000
J7,2,2563100.000,38357500.000
J8,2,2563200.000,38357500.000
J5,2,2563200.000,38357400.000
"""

Write = Callable[..., Path]


@pytest.fixture
def golden() -> str:
    """Return the golden survey TXT of the design papers."""
    return GOLDEN


@pytest.fixture
def fieldmaps() -> Path:
    """Return the folder of the field maps of the tests."""
    return Path(__file__).parent / "fieldmaps"


@pytest.fixture
def write_text(tmp_path: Path) -> Write:
    """Return a function that writes a text file with CRLF in an encoding."""

    def write(name: str, text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
        return path

    return write


@pytest.fixture
def write_csv(tmp_path: Path) -> Write:
    """Return a function that writes rows as a CSV file."""

    def write(*rows: tuple[object, ...], encoding: str = "utf-8-sig") -> Path:
        path = tmp_path / "sheet.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return write


@pytest.fixture
def write_xlsx(tmp_path: Path) -> Write:
    """Return a function that writes sheets of rows as a workbook."""

    def write(*, merge: str = "", **sheets: list[tuple[Any, ...]]) -> Path:
        path = tmp_path / "sheets.xlsx"
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
                if merge:
                    sheet.merge_range(merge, rows[1][0])
        return path

    return write


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    """Return three squares of a hectare in a row in Dasha, zone 38, EPSG:4526."""
    shapes = [
        shapely.box(38_378_000 + 100 * n, 2_576_000, 38_378_100 + 100 * n, 2_576_100)
        for n in range(3)
    ]
    return gpd.GeoDataFrame(
        {
            "地块编号": ["A-1", "A-2", "A-3"],
            "地块名称": ["大沙一号", "大沙二号", "大沙三号"],
            "面积(亩)": [15.0, 15.0, 15.0],
        },
        geometry=shapes,
        crs=4526,
    )


@pytest.fixture
def write_shapes(tmp_path: Path) -> Write:
    """Return a function that writes shapes to a file."""

    def write(shapes: gpd.GeoDataFrame, name: str = "parcels.gpkg", **how: Any) -> Path:  # noqa: ANN401
        path = tmp_path / name
        shapes.to_file(path, engine="pyogrio", **how)
        return path

    return write
