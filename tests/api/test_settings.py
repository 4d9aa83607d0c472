"""Settings come from the environment only when they are asked to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from zqland_api.settings import (
    LOOPBACK,
    DisplaySettings,
    LimitSettings,
    ServerSettings,
    Settings,
    SourceSettings,
)

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings


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


@pytest.mark.parametrize(
    "settings", [SourceSettings, DisplaySettings, ServerSettings, LimitSettings]
)
def test_the_guide_names_every_setting(
    settings: type[BaseSettings],
) -> None:
    guide = Path(__file__).parents[2] / "docs" / "guides" / "service.md"
    text = guide.read_text(encoding="utf-8")
    prefix = settings.model_config["env_prefix"]
    names = [f"`{prefix}{name.upper()}`" for name in settings.model_fields]
    assert [name for name in names if name not in text] == []


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZQLAND_LIMIT_POINTS", "1000")
    assert Settings.from_environment().limits.limits().points == 1000


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError):
        LimitSettings(points=0)
