"""Texts that begin like a formula stay texts in what is written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata.cells import is_formula, plain_text, safe_text

# What spreadsheets skip before the first letter of a cell.
SKIPPED = "\t\r\n \u00a0\u200b\ufeff\u202e"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "＝1+1",
        "\uff0b1+1",
        "－1+1",
        "\uff20SUM(A1)",
        "=cmd|'/c calc'!A0",
        "-2+3+cmd|'/c calc'!A0",
        '=HYPERLINK("http://127.0.0.1/?"&A1)',
        '@IMPORTXML("http://127.0.0.1/","//a")',
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        " =1+1",
        "\u3000=1+1",
        "\ufeff=1+1",
        "\u200b＝1+1",
        "\t大沙",
        "-",
        "-大沙",
    ],
)
def test_a_text_that_begins_like_a_formula_gets_a_mark(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "大沙一号", "A-1", "a=b", "-12.5", "+3", "-1e5", "-5%", "'=1", "-1,5"]
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@given(
    st.text(alphabet=SKIPPED, max_size=3),
    st.sampled_from("=+-@\uff1d\uff0b\uff0d\uff20"),
    st.text(max_size=20),
)
def test_nothing_before_the_sign_hides_it(before: str, sign: str, after: str) -> None:
    text = before + sign + after
    assert safe_text(text).startswith("'") or re.fullmatch(r"[+-][\d.,eE%+-]+", text)


@given(st.text(max_size=20))
def test_no_text_with_a_mark_is_a_formula(text: str) -> None:
    assert not is_formula(safe_text(text))


@given(st.text(max_size=20).filter(lambda text: not text.startswith("'")))
def test_the_mark_can_be_taken_off_again(text: str) -> None:
    assert plain_text(safe_text(text)) == text
