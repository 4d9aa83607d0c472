"""The drawing of the data model shows the tables that the store has."""

from __future__ import annotations

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).parents[3] / "scripts" / "draw_store.py"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the script that draws."""
    spec = spec_from_file_location("draw_store", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    # Dataclasses look for the module that they stand in.
    monkeypatch.setitem(sys.modules, "draw_store", module)
    spec.loader.exec_module(module)
    return module


def test_every_table_of_the_store_is_drawn_once(script: ModuleType) -> None:
    titles = re.findall(r">(\w+) · ", script.drawing())
    assert sorted(titles) == sorted(RECORDS)


def test_every_reference_has_an_arrow(script: ModuleType) -> None:
    arrows = script.drawing().count("marker-end='url(#arrow)'")
    assert arrows == len(script.references())


def test_a_column_that_holds_the_key_of_another_table_refers_to_it(
    script: ModuleType,
) -> None:
    found = set(script.references())
    assert ("holds", "project_id", "projects") in found
    assert ("lineage", "parent_id", "parcels") in found
    assert not {one for one in found if one[0] == one[2]}


def test_what_is_named_apart_stands_in_the_tables(script: ModuleType) -> None:
    for table, column in script.OTHER_NAMES:
        assert column in {one.name for one in RECORDS[table].columns}


def test_the_list_names_every_column(script: ModuleType) -> None:
    text = script.tables_text()
    for record in RECORDS.values():
        for column in record.columns:
            named = f"`{column.name}`" in text
            assert named or column.name in {one[1] for one in script.references()}
