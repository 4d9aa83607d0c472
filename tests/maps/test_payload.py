"""The data block cannot end its script element, and reads back as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland_maps.payload import data_block


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert json.loads(data_block({"name": text})) == {"name": text}


@given(st.text())
def test_no_character_can_end_the_element(text: str) -> None:
    block = data_block([text])
    assert not set("<>&\u2028\u2029") & set(block)


def test_lone_surrogates_can_be_written_as_utf8() -> None:
    assert data_block(["\ud800"]).encode("utf-8") == rb'["\ud800"]'


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        data_block(float("nan"))
