"""The demonstration city, made once for all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zqland.catalogues import load_catalogues
from zqland.reserve import as_of
from zqland_geodata import demo

if TYPE_CHECKING:
    from zqland.reserve import Reserve, ReserveState


@pytest.fixture(scope="session")
def city() -> Reserve:
    """Return the demonstration city; tests do not change it."""
    return demo.create_city()


@pytest.fixture(scope="session")
def state(city: Reserve) -> ReserveState:
    """Return the city as of the day of the article's figures."""
    return as_of(city, on=demo.ON, catalogues=load_catalogues())
