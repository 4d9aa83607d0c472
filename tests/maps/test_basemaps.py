"""Backgrounds are asked for by name, and their keys cannot carry anything else."""

from __future__ import annotations

import pytest

from zqland_maps import MapError, basemap
from zqland_maps.basemaps import Datum

KEY = "0123456789abcdef0123456789abcdef"


def test_none_is_no_background() -> None:
    assert basemap("none") is None


@pytest.mark.parametrize("name", ["tianditu", "tianditu_image"])
def test_tianditu_draws_ground_and_names_with_the_key(name: str) -> None:
    background = basemap(name, key=KEY)
    assert background is not None
    assert len(background.layers) == 2
    assert all(layer.endswith(f"&tk={KEY}") for layer in background.layers)


@pytest.mark.parametrize(
    "key", [None, "", "short", 'abcdefgh"></script>', "abcdefgh\n", "abcdefgh&x=1"]
)
def test_strange_keys_are_refused(key: str | None) -> None:
    with pytest.raises(MapError, match="key of 8 to 64"):
        basemap("tianditu", key=key)


def test_a_refused_key_is_not_repeated_in_the_message() -> None:
    with pytest.raises(MapError) as refused:
        basemap("tianditu", key="my secret key!")
    assert "secret" not in refused.value.text.zh + refused.value.text.en


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(MapError, match="none, tianditu, tianditu_image, osm, amap"):
        basemap("google")


def test_amap_is_drawn_in_gcj02_and_says_so() -> None:
    background = basemap("amap")
    assert background is not None
    assert background.datum is Datum.GCJ02
    assert "GCJ-02" in background.to_document("zh")["note"]


def test_hosts_are_named_one_by_one() -> None:
    amap, osm = basemap("amap"), basemap("osm")
    assert amap is not None
    assert osm is not None
    assert amap.hosts[0] == "https://webrd01.is.autonavi.com"
    assert osm.hosts == ("https://tile.openstreetmap.org",)
