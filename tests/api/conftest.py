"""The demonstration city's desk and service, opened once for all tests here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from zqland_api.app import create_app
from zqland_api.desk import Desk
from zqland_api.settings import Settings, SourceSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zqland_api.sources import Records

BASE = "http://127.0.0.1"

HOSTILE = (
    "<script>alert(1)</script>",
    "${window.HIT=1}",
    "`",
    "</script>",
    '"><img src=x onerror=alert(1)>',
    "a\u2028b",
    "{{ 7 * 7 }}",
    '=HYPERLINK("http://x")',
)
"""Names that must stay text wherever they come out."""


@pytest.fixture(scope="session")
def demo_desk() -> Desk:
    return Desk.open(SourceSettings.model_construct())


@pytest.fixture(scope="session")
def client(demo_desk: Desk) -> Iterator[TestClient]:
    app = create_app(Settings(), desk=demo_desk)
    with TestClient(app, base_url=BASE, headers={"Accept-Language": "en"}) as client:
        yield client


@pytest.fixture(scope="session")
def hostile_desk(demo_desk: Desk) -> Desk:
    """Return the city with names of parcels, parks and projects that attack."""
    reserve = demo_desk.records.reserve
    tables = {}
    for name in ("parcels", "parks", "projects"):
        table = getattr(reserve, name).copy()
        table["name"] = [HOSTILE[row % len(HOSTILE)] for row in range(len(table))]
        tables[name] = table
    tables["parks"]["name_en"] = tables["parks"]["name"]
    records: Records = replace(demo_desk.records, reserve=replace(reserve, **tables))
    return Desk(records, demo_desk.catalogues)


@pytest.fixture(scope="session")
def hostile_client(hostile_desk: Desk) -> Iterator[TestClient]:
    app = create_app(Settings(), desk=hostile_desk)
    with TestClient(app, base_url=BASE, headers={"Accept-Language": "en"}) as client:
        yield client
