"""Every tolerance of the reader has a stable code that the manual explains."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from zqland_geodata import survey
from zqland_geodata.remarks import Rule

MANUAL = Path(__file__).parents[3] / "docs" / "concepts" / "survey_txt.md"
RULES = [
    rule
    for module in pkgutil.iter_modules(survey.__path__, f"{survey.__name__}.")
    if "writ" not in module.name
    for rule in vars(importlib.import_module(module.name)).values()
    if isinstance(rule, Rule) and rule.code.startswith(("survey.", "declared."))
]


@pytest.mark.parametrize("code", sorted({rule.code for rule in RULES}))
def test_the_manual_lists_the_code(code: str) -> None:
    assert f"`{code}`" in MANUAL.read_text(encoding="utf-8")


def test_the_manual_lists_no_other_code() -> None:
    listed = re.findall(
        r"`((?:survey|declared)\.\w+)`", MANUAL.read_text(encoding="utf-8")
    )
    assert set(listed) == {rule.code for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_both_languages_have_the_same_places(rule: Rule) -> None:
    for text in (rule.message, rule.action):
        places = [set(re.findall(r"\{(\w+)", words)) for words in (text.en, text.zh)]
        assert places[0] == places[1]
