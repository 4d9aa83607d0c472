"""The service says what its fields mean in the words of the catalogue."""

from __future__ import annotations

import pytest

from zqland.catalogues import columns
from zqland_api.app import create_app
from zqland_api.settings import Settings


@pytest.mark.parametrize(
    ("model", "field", "table"),
    [
        ("PostedProject", "power_mva", "projects"),
        ("PostedProject", "needed_by", "projects"),
        ("ParcelProperties", "home_zone", "parcels"),
        ("ParkProperties", "accuracy_m", "parks"),
        ("EvidenceEntry", "expires_on", "evidence"),
    ],
)
def test_a_field_is_described_by_its_column(model: str, field: str, table: str) -> None:
    schemas = create_app(Settings()).openapi()["components"]["schemas"]
    rows = columns()
    row = rows[(rows["table"] == table) & (rows["column"] == field)].iloc[0]
    assert schemas[model]["properties"][field]["description"].startswith(row["en"])


def test_words_of_a_field_itself_are_kept() -> None:
    schemas = create_app(Settings()).openapi()["components"]["schemas"]
    area = schemas["ParcelProperties"]["properties"]["area"]
    assert area["description"] == "In `unit` on `basis`; null if unknown."
