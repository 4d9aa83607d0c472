"""The printed sheet of a whole city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zqland import reserve
from zqland.catalogues import load_catalogues
from zqland_geodata import demo, places
from zqland_maps.reserve_map import reserve_map

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_park_of_the_city_is_on_the_sheet(
    visit: Callable[..., Any], language: str
) -> None:
    state = reserve.as_of(demo.create_city(), on=demo.ON, catalogues=load_catalogues())
    html = reserve_map(state, districts=places.districts(), language=language)
    page = visit(html).page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    lists = page.locator(".zq-sheet .zq-two > div").last
    assert lists.evaluate("e => e.scrollHeight - e.clientHeight") <= 1
    parks = lists.locator("table").last.locator("tr")
    assert parks.count() == state.parcels["park_id"].nunique()
    foot = page.locator(".zq-sheet footer").bounding_box()
    row = parks.last.bounding_box()
    assert row["y"] + row["height"] <= foot["y"]
