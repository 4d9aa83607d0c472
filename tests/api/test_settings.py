"""Settings come from the environment only when they are asked to."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from zqland_api.settings import LOOPBACK, ServerSettings, Settings, SourceSettings


def test_settings_made_by_hand_do_not_read_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZQLAND_PARCELS", "elsewhere.gpkg")
    assert Settings().sources.parcels is None


def test_the_environment_is_read_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZQLAND_PARCELS", "lots.gpkg")
    monkeypatch.setenv("ZQLAND_UNIT", "ha")
    settings = Settings.from_environment()
    assert settings.sources.parcels == Path("lots.gpkg")
    assert settings.display.unit == "ha"


def test_a_day_out_of_range_is_refused() -> None:
    with pytest.raises(ValidationError):
        SourceSettings(on="0001-01-01")


def test_a_key_does_not_show_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZQLAND_BASEMAP_KEY", "abcdef123456")
    assert "abcdef123456" not in repr(Settings.from_environment())


def test_on_loopback_only_loopback_names_are_answered() -> None:
    assert ServerSettings(host="127.0.0.1").answered_hosts() == LOOPBACK


def test_on_another_address_any_name_is_answered_unless_named() -> None:
    assert ServerSettings(host="10.0.0.5").answered_hosts() == ()
    named = ServerSettings(host="10.0.0.5", allowed_hosts=("desk.example",))
    assert named.answered_hosts() == ("desk.example",)
