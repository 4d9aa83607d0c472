from __future__ import annotations

import datetime as dt
import json
from pathlib import PurePosixPath

import numpy as np
import pytest

from zqland_api.json_bytes import from_json, to_bytes


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (np.int64(3), "3"),
        (np.float64(0.5), "0.5"),
        (np.array([1, 2]), "[1,2]"),
        (float("inf"), "null"),
        (dt.date(2023, 9, 5), '"2023-09-05"'),
        (PurePosixPath("a/b"), '"a/b"'),
        ({1: "地块"}, '{"1":"地块"}'),
    ],
)
def test_values_of_tables_become_plain_json(value: object, written: str) -> None:
    assert to_bytes(value).decode("utf-8") == written


def test_what_is_written_is_read_back_the_same() -> None:
    document = {"area_m2": 666.6666666666666, "items": ["road", None], "free": True}
    assert from_json(to_bytes(document)) == json.loads(to_bytes(document)) == document
