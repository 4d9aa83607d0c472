"""The packaged catalogues, and those of a city beside them."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import pytest

from zqland.areas import Method
from zqland.catalogues import FILES, USES, columns, load_catalogues
from zqland.errors import CatalogueError
from zqland.status import Status

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = resources.files("zqland.catalogues")


def packaged(name: str) -> str:
    return (PACKAGE / name).read_text(encoding="utf-8")


def own(folder: Path, name: str, old: str, new: str) -> Path:
    """Write a packaged file with one passage replaced into a folder of a city."""
    text = packaged(name)
    assert old in text
    (folder / name).write_text(
        text.replace(old, new, 1), encoding="utf-8", newline="\n"
    )
    return folder


def test_need_and_lot_are_planar_and_the_books_are_kept_on_declared_areas() -> None:
    bases = load_catalogues().bases
    assert bases["need"] is bases["lot"] is bases["hold"] is Method.PLANAR
    assert bases["ledger"] is bases["targets"] is Method.DECLARED
    assert bases["survey"] is Method.ELLIPSOID_OFFICIAL
    assert set(bases) == set(USES)


def test_heavier_land_permits_lighter_industry() -> None:
    permitted = load_catalogues().permitted
    assert permitted["M3"] == ("M1", "M2", "M3")
    assert "M2" not in permitted["M1"]


def test_all_divisions_of_manufacturing_have_words() -> None:
    sectors = load_catalogues().sectors
    assert list(sectors) == [str(code) for code in range(13, 44)]
    assert sectors["36"].zh == "汽车制造业"


def test_every_status_has_words() -> None:
    assert list(load_catalogues().readiness.status_texts) == list(Status)


def test_the_fingerprint_is_short_and_repeatable() -> None:
    found = load_catalogues().hash
    assert len(found) == 12
    assert found == load_catalogues().hash


@pytest.mark.parametrize("name", FILES)
def test_line_ends_do_not_change_the_fingerprint(name: str, tmp_path: Path) -> None:
    text = packaged(name).replace("\n", "\r\n")
    (tmp_path / name).write_bytes(text.encode())
    assert load_catalogues(tmp_path).hash == load_catalogues().hash


def test_another_rule_is_another_fingerprint(tmp_path: Path) -> None:
    folder = own(tmp_path, "readiness.toml", '"three"', '"five"')
    assert load_catalogues(folder).hash != load_catalogues().hash


def test_a_city_replaces_one_file_and_keeps_the_others(tmp_path: Path) -> None:
    folder = own(tmp_path, "bases.toml", '"planar"', '"geodesic"')
    (folder / "notes.txt").write_text("left alone", encoding="utf-8")
    found = load_catalogues(folder)
    assert found.bases["need"] is Method.GEODESIC
    assert found.readiness == load_catalogues().readiness


def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readines.toml").write_text("", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"readines\.toml is no catalogue"):
        load_catalogues(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("bases.toml", '"planar"', '"plane"', r"bases\.toml:8: .*names plane"),
        ("bases.toml", "[survey]", "[surveys]", r"bases\.toml:35: unknown key surveys"),
        ("permitted.toml", '["M1"]', '["M4"]', r"permitted\.toml:7: .*names M4"),
        ("permitted.toml", "[W3]", "[W4]", r"permitted\.toml:34: unknown key W4"),
        ("sectors.csv", "code,zh", "kode,zh", r"sectors\.csv:1: found kode"),
        ("sectors.csv", "14,食品", "13,食品", r"sectors\.csv:3: found 13"),
        ("sectors.csv", "14,食品制造业", "14,", r"sectors\.csv:3: found 14"),
        ("sectors.csv", "code,zh,en,source", "", r"sectors\.csv:1: found ;"),
    ],
)
def test_a_fault_in_a_catalogue_is_named_with_its_line(
    tmp_path: Path, name: str, old: str, new: str, fault: str
) -> None:
    with pytest.raises(CatalogueError, match=fault):
        load_catalogues(own(tmp_path, name, old, new))


def test_every_column_has_words_in_both_languages_and_a_source() -> None:
    needed = columns()[["zh_name", "en_name", "zh", "en", "source"]]
    assert (needed != "").all(axis=None)


def test_the_unit_of_a_column_stands_in_its_name() -> None:
    areas = columns().query("unit == 'm2'")["column"]
    assert areas.str.endswith("_m2").all()
