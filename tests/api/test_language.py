"""Choosing the language of an answer."""

from __future__ import annotations

import pytest

from zqland.text import Language
from zqland_api.language import from_accept_language, of_terminal


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH),
        ("en-GB", Language.EN),
        ("fr;q=1, en;q=0.2, zh;q=0.1", Language.EN),
        ("zh;q=0, en;q=0.1", Language.EN),
        ("zh;q=nonsense, en;q=0.1", Language.EN),
        ("zh;level=1", Language.ZH),
    ],
)
def test_the_language_of_the_highest_weight_is_taken(
    header: str, expected: Language
) -> None:
    other = Language.EN if expected is Language.ZH else Language.ZH
    assert from_accept_language(header, default=other) is expected


@pytest.mark.parametrize("header", ["", "fr", ";;;,,,", "*"])
def test_other_wishes_leave_the_default(header: str) -> None:
    assert from_accept_language(header, default=Language.ZH) is Language.ZH


def test_the_variable_of_zqland_comes_before_the_locale() -> None:
    variables = {"ZQLAND_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"}
    assert of_terminal(variables) is Language.EN


def test_the_first_variable_of_the_locale_that_is_set_counts() -> None:
    assert of_terminal({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}) is Language.EN
    assert of_terminal({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}) is Language.ZH


def test_without_any_variable_a_language_is_still_chosen() -> None:
    assert of_terminal({}) in set(Language)
