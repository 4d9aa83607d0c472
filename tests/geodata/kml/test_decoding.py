"""Letters of KML in every encoding that offices use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.fieldmap import TableMap
from zqland_geodata.kml import decoding, read
from zqland_geodata.options import ReadOptions

Write = Callable[..., Path]
Make = Any
NAME = "鼎湖区一号地块"


def layer(path: Path) -> Any:  # noqa: ANN401
    return read(path, TableMap(), ReadOptions())


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-8", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", ""),
        ("utf-16-be", ""),
        ("gbk", "GBK"),
        ("gb18030", "gb2312"),
        ("gb18030", "GB18030"),
        ("big5", "Big5"),
    ],
)
def test_the_stated_encoding_is_read(
    write_kml: Write, make: Make, encoding: str, stated: str
) -> None:
    head = f"<?xml version='1.0' encoding='{stated}'?>\n" if stated else ""
    name = "鼎湖" if encoding == "big5" else NAME
    path = write_kml(make.placemark(name=name), encoding=encoding, declaration=head)
    found = layer(path)
    assert found.table["name"].to_list() == [name]
    assert "file.encoding" not in {one.rule for one in found.findings}


def test_gbk_that_claims_to_be_utf_8_is_read_with_a_finding(
    write_kml: Write, make: Make
) -> None:
    head = "<?xml version='1.0' encoding='UTF-8'?>"
    path = write_kml(make.placemark(name=NAME), encoding="gbk", declaration=head)
    found = layer(path)
    assert found.table["name"].to_list() == [NAME]
    assert found.findings[0].rule == "file.encoding"


@pytest.mark.parametrize("stated", ["rot13", "idna", "zlib", "utf-7", "x"])
def test_an_encoding_that_is_none_is_refused(
    write_kml: Write, make: Make, stated: str
) -> None:
    head = f"<?xml version='1.0' encoding='{stated}'?>"
    path = write_kml(make.placemark(), declaration=head)
    with pytest.raises(FileUnreadableError, match=f"encoding “{stated}”"):
        layer(path)


def test_letters_of_no_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_bytes(b"<kml><Placemark><name>\xff\xff</name></Placemark></kml>")
    with pytest.raises(FileUnreadableError, match="byte 22"):
        layer(path)


def test_a_letter_across_two_pieces_is_whole(write_kml: Write, make: Make) -> None:
    path = write_kml(
        "x" * (decoding.CHUNK - 90), make.placemark(name="大" * 100), name="b.kml"
    )
    assert layer(path).table["name"].to_list() == ["大" * 100]
