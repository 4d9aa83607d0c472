"""One answer in five forms, safe in each."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import Polygon

from zqland.areas import Method
from zqland.text import Language, Text
from zqland.units import Unit
from zqland_api.about import About
from zqland_api.errors import UsageError
from zqland_api.files import write_atomically
from zqland_api.output import Format, choose_format, records, render, save
from zqland_api.sheets import Column, Output, Sheet, printable

ABOUT = About(dt.date(2023, 9, 5), Method.PLANAR, Unit.MU, "abc123", fictional=True)
SQUARE = Polygon([(112, 23), (112, 23.01), (112.01, 23.01), (112.01, 23)])


def sheet(names: list[str]) -> Sheet:
    table = pd.DataFrame(
        {
            "parcel_id": names,
            "area": [1234.565 + row for row in range(len(names))],
            "since": pd.to_datetime(
                (["2023-01-02"] + [None] * len(names))[: len(names)]
            ),
            "mature": [True] * len(names),
            "stage": ["raw"] * len(names),
            "missing": [("road", "water")] * len(names),
        }
    )
    stages = {"raw": Text(en="raw land", zh="生地")}
    return Sheet(
        key="parcels",
        title=Text(en="Parcels", zh="地块"),
        table=table,
        columns=(
            Column("parcel_id", Text(en="Parcel", zh="地块编号")),
            Column("area", Text(en="Area", zh="面积")),
            Column("since", Text(en="Since", zh="自")),
            Column("mature", Text(en="Mature", zh="熟地")),
            Column("stage", Text(en="Stage", zh="阶段"), words=stages),
            Column("missing", Text(en="Missing", zh="尚缺")),
        ),
    )


def output(names: list[str], *, shaped: bool = False) -> Output:
    shapes = gpd.GeoSeries([SQUARE] * len(names), crs=4490) if shaped else None
    return Output(about=ABOUT, sheets=(sheet(names),), shapes=shapes)


def rows(names: list[str]) -> list[dict[str, str]]:
    text = render(output(names), Format.CSV, Language.ZH).decode()
    return list(csv.DictReader(io.StringIO(text)))


def book(names: list[str]) -> openpyxl.Workbook:
    content = render(output(names), Format.XLSX, Language.ZH)
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.parametrize(
    "form", [Format.JSON, Format.CSV, Format.GEOJSON, Format.TABLE]
)
def test_every_text_form_says_basis_day_rules_and_fiction(form: Format) -> None:
    text = render(output(["A"], shaped=True), form, Language.EN).decode()
    assert "2023-09-05" in text
    assert "abc123" in text
    assert "planar" in text
    assert "ictional" in text


def test_a_workbook_says_basis_day_rules_and_fiction() -> None:
    about = book(["A"])["说明"]
    said = " ".join(str(cell.value) for row in about for cell in row)
    assert all(part in said for part in ("2023-09-05", "abc123", "平面面积", "虚构"))


def test_a_formula_in_a_name_is_text_in_a_csv() -> None:
    assert rows(["=1+1"])[0]["parcel_id"] == "'=1+1"


def test_a_formula_in_a_name_is_text_in_a_workbook() -> None:
    cell = book(["=1+1"])["地块"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_workbook_holds_dates_and_figures_as_such() -> None:
    parcels = book(["A", "B"])["地块"]
    assert parcels["B2"].value == pytest.approx(1234.565)
    assert parcels["C2"].value == dt.datetime(2023, 1, 2)  # noqa: DTZ001 - a cell
    assert parcels["C3"].value is None


def test_csv_keeps_codes_and_joins_lists() -> None:
    row = rows(["A"])[0]
    assert (row["stage"], row["missing"], row["since"]) == (
        "raw",
        "road;water",
        "2023-01-02",
    )


def test_a_table_shows_words_and_rounds_half_up() -> None:
    text = render(output(["A"]), Format.TABLE, Language.ZH).decode()
    assert "生地" in text
    assert "1,234.57" in text


def test_a_piped_table_has_no_colours_and_is_not_cut() -> None:
    name = "x" * 55
    text = render(output([name]), Format.TABLE, Language.EN).decode()
    assert name in text
    assert "\x1b" not in text


def test_json_knows_no_not_a_number() -> None:
    table = pd.DataFrame({"a": [np.nan, np.inf], "b": [pd.NA, "x"]})
    assert records(table) == [{"a": None, "b": None}, {"a": None, "b": "x"}]


def test_geojson_turns_rings_as_the_standard_asks() -> None:
    document = json.loads(
        render(output(["A"], shaped=True), Format.GEOJSON, Language.EN)
    )
    ring = Polygon(document["features"][0]["geometry"]["coordinates"][0]).exterior
    assert ring.is_ccw


def test_geojson_of_an_answer_without_geometry_is_refused() -> None:
    with pytest.raises(UsageError, match="no geometry"):
        render(output(["A"]), Format.GEOJSON, Language.EN)


def test_a_saved_csv_is_read_as_utf8_by_spreadsheets(tmp_path: Path) -> None:
    path = tmp_path / "新" / "stages.csv"
    save(output(["地块"]), Format.CSV, Language.ZH, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_control_characters_of_a_name_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in printable("\x1b[2J evil \u202e")
    assert "\x1b" not in render(output(["\x1b[2J"]), Format.TABLE, Language.EN).decode()


def test_the_ending_of_the_file_chooses_the_form() -> None:
    assert choose_format(None, Path("a.GeoJSON")) is Format.GEOJSON
    assert choose_format(None, Path("a.txt")) is Format.TABLE
    assert choose_format(Format.JSON, Path("a.xlsx")) is Format.JSON


def test_sheets_of_one_name_get_names_of_their_own() -> None:
    twice = Output(about=ABOUT, sheets=(sheet(["A"]), sheet(["B"])))
    content = render(twice, Format.XLSX, Language.EN)
    names = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert len(set(names)) == 3


def test_an_empty_table_says_none() -> None:
    assert "(none)" in render(output([]), Format.TABLE, Language.EN).decode()


def test_only_the_shown_sheets_are_printed() -> None:
    hidden = Output(about=ABOUT, sheets=(sheet(["A"]),), shown=("other",))
    assert "Parcels" not in render(hidden, Format.TABLE, Language.EN).decode()


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text("old", encoding="utf-8")

    def fail(draft: Path) -> None:
        draft.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="No space left"):
        write_atomically(path, fail)
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.html"]
    assert path.read_text(encoding="utf-8") == "old"
