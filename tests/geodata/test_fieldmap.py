"""Field maps: what may stand in them, and how faults are named."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from zqland_geodata import fieldmap
from zqland_geodata.errors import FieldMapError
from zqland_geodata.fieldmap import FieldMap

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = """
[parcels]
layer = "lots"
home_zone = 26918
[parcels.columns]
parcel_id = { column = ["MAP", "LOT"], join = "/" }
declared_m2 = { column = "area", unit = "acre" }
park_id = { value = "WASH" }
land_class = { column = "usage", values = { "4*" = "M1", 316 = "W1" }, otherwise = "" }
[evidence]
sheet = "进度"
as_of = 2023-09-05
[evidence.items]
"路" = "road"
"""


def parsed(text: str) -> FieldMap:
    return FieldMap.parse("map.toml", text)


def test_columns_are_read_with_unit_constant_and_values() -> None:
    columns = parsed(EXAMPLE).table("parcels").columns
    assert columns["parcel_id"].columns == ("MAP", "LOT")
    assert columns["declared_m2"].unit == "acre"
    assert columns["park_id"].value == "WASH"
    assert columns["land_class"].meanings == {"4*": "M1", "316": "W1"}


def test_settings_of_a_sheet_are_read() -> None:
    evidence = parsed(EXAMPLE).table("evidence")
    assert (evidence.sheet, evidence.as_of) == ("进度", dt.date(2023, 9, 5))
    assert evidence.items == {"路": "road"}


def test_a_table_that_is_not_named_is_read_by_its_headings() -> None:
    assert parsed(EXAMPLE).table("projects") == fieldmap.TableMap()
    assert fieldmap.table_map(None, "projects") == fieldmap.TableMap()


def test_the_example_of_the_documentation_is_valid() -> None:
    lines = (
        (fieldmap.__doc__ or "").partition("::\n")[2].partition("\nIn ``values``")[0]
    )
    text = "\n".join(line[4:] for line in lines.splitlines())
    assert set(parsed(text).tables) == {"parcels", "evidence"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[parcel]\n", 1, "parcels, parks, evidence, projects"),
        ("[parcels]\nzone = 4526\n", 2, "home_zone"),
        ("[parcels.columns]\nparcel = 'id'\n", 2, "parcel_id, name, park_id"),
        ("[parcels.columns]\nname = 3\n", 2, "name"),
        ("[parcels.columns]\nname = { join = '-' }\n", 2, "either column or value"),
        ("[parcels.columns]\ndeclared_m2 = { column='a', unit='mph' }\n", 2, "mph"),
        ("[parcels.columns]\nname = { column='a', unit='m2' }\n", 2, "no figures"),
        ("[parcels.columns]\nname = { value = true }\n", 2, "text or a number"),
        ("[parcels]\nhome_zone = '4526'\n", 2, "whole number"),
        ("[evidence]\n\nas_of = '2023-09-05'\n", 3, "without quotes"),
        ("[parcels\n", 1, "TOML"),
    ],
)
def test_a_fault_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(FieldMapError, match=f"map.toml:{line}:") as caught:
        parsed(text)
    assert words in str(caught.value)


def test_a_field_map_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FieldMapError, match=r"none\.toml"):
        FieldMap.load(tmp_path / "none.toml")
