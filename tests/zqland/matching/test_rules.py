from __future__ import annotations

from importlib import resources

import pytest

from zqland.catalogues.document import CatalogueDocument
from zqland.errors import CatalogueError
from zqland.matching import rules

PACKAGED = (resources.files("zqland.catalogues") / "matching.toml").read_text(
    encoding="utf-8"
)


def parse(text: str) -> rules.MatchingRules:
    return rules.parse(CatalogueDocument.parse("matching.toml", text))


def test_the_packaged_rules_name_every_condition_and_part() -> None:
    packaged = parse(PACKAGED)
    assert [rule.key for rule in packaged.conditions] == list(rules.CONDITIONS)
    assert list(packaged.parts) == list(rules.PARTS)
    assert packaged.supply_lead_days == 30


def test_every_packaged_rule_names_its_source() -> None:
    packaged = parse(PACKAGED)
    assert all(rule.source for rule in packaged.conditions)
    assert all(rule.source for rule in packaged.parts.values())


def test_the_packaged_weights_add_up_to_a_hundred() -> None:
    assert sum(rule.weight for rule in parse(PACKAGED).parts.values()) == 100


@pytest.mark.parametrize(
    ("good", "bad", "complaint"),
    [
        ('key = "area_max"', 'key = "area_min"', "twice"),
        ('key = "steam"', 'key = "vapour"', "vapour"),
        ('key = "gas"\n', 'key = "gas"\nstep_tolerance = 1\n', "step_tolerance"),
        ("supply_lead_days = 30", "supply_lead_days = -1", "supply_lead_days"),
        ("worst = 45", "worst = 15", "differ"),
        ('predicate = "mature"', 'predicate = "ripe"', "ripe"),
        ("unknown = 0.5", "unknown = 1.5", "unknown"),
        ("weight = 30", "weight = -1", "weight"),
    ],
)
def test_a_fault_is_refused_with_its_line(good: str, bad: str, complaint: str) -> None:
    faulty = PACKAGED.replace(good, bad, 1)
    with pytest.raises(CatalogueError, match=complaint) as caught:
        parse(faulty)
    line = int(str(caught.value).split(":")[1])
    changed = bad.strip().splitlines()[-1].split(" = ")[0]
    assert changed in faulty.splitlines()[line - 1]


def test_a_score_without_any_weight_is_refused() -> None:
    weightless = "\n".join(
        "weight = 0" if line.startswith("weight") else line
        for line in PACKAGED.splitlines()
    )
    with pytest.raises(CatalogueError, match="weight"):
        parse(weightless)


def test_a_city_may_leave_conditions_and_parts_out() -> None:
    blocks = PACKAGED.split("\n\n")
    kept = [block for block in blocks if 'key = "steam"' not in block]
    kept = [block for block in kept if 'key = "price"' not in block]
    city = parse("\n\n".join(kept))
    assert "steam" not in {rule.key for rule in city.conditions}
    assert "price" not in city.parts
