"""The column that says in which plane a parcel is to be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from zqland_geodata import homezones
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from zqland.findings import Finding


@pytest.mark.parametrize("heading", ["home_zone", "本位带", "Home zone"])
def test_the_column_is_known_by_its_key_and_names(heading: str) -> None:
    findings: list[Finding] = []
    table = pd.DataFrame({"a": [1, 2], heading: [4525.0, "4526"]})
    rest, zones = homezones.take(table, findings)
    assert list(rest) == ["a"]
    assert zones is not None
    assert zones.to_list() == [4525, 4526]


@pytest.mark.parametrize("value", ["4490", "3857", "zone 38", "4526.5", "9999999999"])
def test_what_is_no_plane_is_a_finding(value: str) -> None:
    findings: list[Finding] = []
    _, zones = homezones.take(pd.DataFrame({"home_zone": [value, ""]}), findings)
    assert zones is not None
    assert zones.to_list() == [0, 0]
    assert [(one.rule, one.value) for one in findings] == [
        ("home_zone.unreadable", value)
    ]


def test_a_parcel_keeps_the_neighbouring_zone_that_its_file_states(
    squares: gpd.GeoDataFrame, write_shapes: Callable[..., Path]
) -> None:
    squares["home_zone"] = [4526, 4525, None]
    read = read_parcels(write_shapes(squares))
    assert read.parcels["home_zone"].to_list() == [4526, 4525, 4526]
    assert read.parcels["home_geometry"].iloc[1].bounds[0] // 1e6 == 37
    assert read.findings == []
