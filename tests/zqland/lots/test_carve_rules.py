"""The rules of lots, read from their catalogue."""

from __future__ import annotations

from importlib import resources

import pytest

from zqland.catalogues import load_catalogues
from zqland.catalogues.document import CatalogueDocument
from zqland.errors import CatalogueError
from zqland.lots.rules import LotRules, parse

TEXT = (resources.files("zqland.catalogues") / "lots.toml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> LotRules:
    assert old in TEXT
    return parse(CatalogueDocument.parse("lots.toml", TEXT.replace(old, new, 1)))


def test_weights_are_shares_of_their_sum() -> None:
    assert sum(load_catalogues().lots.weights.values()) == pytest.approx(1.0)


def test_a_city_may_ask_for_wider_lots() -> None:
    assert changed("least_width_m = 30.0", "least_width_m = 45").least_width_m == 45.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("least_width_m = 30.0", "least_width_m = -1", "at least 0"),
        ("corner_ratios = [0.6, 1.0, 1.67]", "corner_ratios = []", "list of numbers"),
        (
            "corner_ratios = [0.6, 1.0, 1.67]",
            'corner_ratios = ["1"]',
            "list of numbers",
        ),
        ("most_share = 0.02", "most_share = 2.0", "0 to 1"),
        ("turn_deg = 45.0", "angle_deg = 45.0", "unknown key angle_deg"),
        ("directions_most = 8", "directions_most = 0", "at least 1"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, message: str) -> None:
    with pytest.raises(CatalogueError, match=rf"lots\.toml:\d+: .*{message}"):
        changed(old, new)


def test_weights_that_are_all_nothing_are_refused() -> None:
    text = TEXT
    for name, weight in [("rectangle", 30), ("compact", 15), ("remainder", 35)]:
        text = text.replace(f"\n{name} = {weight}", f"\n{name} = 0")
    text = text.replace("\nfrontage = 20", "\nfrontage = 0")

    with pytest.raises(CatalogueError, match="all weights are 0"):
        parse(CatalogueDocument.parse("lots.toml", text))
