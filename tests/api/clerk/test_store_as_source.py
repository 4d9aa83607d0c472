"""The commands that ask take their records from a store in place of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from zqland_api.cli.desk_commands import _settings
from zqland_api.cli.options import ProjectOptions, RecordOptions, ViewOptions

if TYPE_CHECKING:
    import pytest

    from tests.api.clerk.conftest import Clerk  # noqa: TID251 - for its type only
    from zqland_api.settings import SourceSettings


def answer(clerk: Clerk, *words: object) -> dict[str, Any]:
    result = clerk.types(*words, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def merged(
    parcels: Path | None = None, store: str | None = None
) -> tuple[SourceSettings, str]:
    files = ProjectOptions(store=store, parcels=parcels)
    settings = _settings(files, RecordOptions(), ViewOptions(), host=None, port=None)
    return settings.sources, settings.sources.store_address


def test_stages_are_those_of_the_store(clerk: Clerk) -> None:
    found = answer(clerk, "stages", "--on", "2026-06-01")
    assert [row["parcel_id"] for row in found["parcels"]] == ["A-1", "A-2"]
    assert (found["ledger_version"], found["store"]) == (1, clerk.address)


def test_a_match_leaves_out_what_is_held_for_others(clerk: Clerk) -> None:
    for parcel in ("A-1", "A-2"):
        clerk.does("reserve", parcel, "--on", "2026-01-01")
    asked = ("match", "--project", "P2", "--on", "2026-06-01")
    before = answer(clerk, *asked)
    held = ("--project", "P1", "--until", "2026-12-31", "--on", "2026-05-01")
    clerk.does("hold", "A-1", *held)
    after = answer(clerk, *asked)
    assert after["ledger_version"] == before["ledger_version"] + 1
    counts = [one["answers"][0]["free_count"] for one in (before, after)]
    assert counts == [2, 1]


def test_a_map_is_drawn_from_the_store(clerk: Clerk, tmp_path: Path) -> None:
    page = tmp_path / "map.html"
    result = clerk.types("map", "--out", page, "--on", "2026-06-01")
    assert result.exit_code == 0, result.stderr
    assert "甲地块" in page.read_text(encoding="utf-8")


def test_a_store_beside_a_file_of_parcels_is_refused(clerk: Clerk) -> None:
    result = clerk.types("match", "--store", clerk.address, "--parcels", "x.gpkg")
    assert result.exit_code == 2
    assert "Leave out one of the two" in " ".join(result.stderr.split())


def test_the_refusal_is_told_in_chinese(clerk: Clerk) -> None:
    words = ("match", "--store", clerk.address, "--evidence", "x.csv")
    result = clerk.types(*words, language="zh")
    assert "佐证表（--evidence）" in result.stderr
    assert "请只保留其一" in result.stderr


def test_a_named_file_goes_before_the_store_of_the_environment(
    clerk: Clerk,
) -> None:
    result = clerk.types("stages", "nowhere.gpkg")
    assert result.exit_code == 2
    assert "nowhere.gpkg" in result.stderr


def test_stages_need_a_file_or_a_store(clerk: Clerk) -> None:
    clerk.address = ""
    result = clerk.types("stages")
    assert result.exit_code == 2
    assert "--store" in result.stderr


def test_a_named_store_goes_before_files_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZQLAND_PARCELS", "lots.gpkg")
    monkeypatch.setenv("ZQLAND_STATUS", "status.xlsx")
    sources, address = merged(store="books.zqland")
    assert (sources.parcels, sources.status) == (None, None)
    assert address == "books.zqland"


def test_named_parcels_go_before_a_store_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZQLAND_STORE", "books.zqland")
    sources, address = merged(parcels=Path("lots.gpkg"))
    assert (sources.parcels, address) == (Path("lots.gpkg"), "")
    sources, address = merged()
    assert (sources.store, address) == (SecretStr("books.zqland"), "books.zqland")
