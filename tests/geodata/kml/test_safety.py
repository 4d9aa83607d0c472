"""KML that means harm is refused, each kind by a sentence."""

from __future__ import annotations

import contextlib
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zqland_geodata.errors import FileUnreadableError, ReadError
from zqland_geodata.fieldmap import TableMap
from zqland_geodata.kml import parsing, read
from zqland_geodata.options import ReadOptions

Write = Callable[..., Path]
Make = Any

LAUGHS = "<!DOCTYPE kml [<!ENTITY a 'ha'>{}]>".format(
    "".join(
        f"<!ENTITY {b} '&{a};&{a};'>" for a, b in zip("abcdefg", "bcdefgh", strict=True)
    )
)


def layer(path: Path) -> Any:  # noqa: ANN401
    return read(path, TableMap(), ReadOptions())


@pytest.mark.parametrize(
    "head",
    [
        LAUGHS,
        "<!DOCTYPE kml SYSTEM 'http://example.org/kml.dtd'>",
        "<!DOCTYPE kml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE kml [<!ENTITY % p SYSTEM 'http://example.org/p'> %p;]>",
        "<!DOCTYPE kml>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_entities_are_refused(
    write_kml: Write, make: Make, head: str, encoding: str
) -> None:
    path = write_kml(make.placemark(name="&amp;"), declaration=head, encoding=encoding)
    with pytest.raises(FileUnreadableError, match="no KML needs"):
        layer(path)


def test_deep_nesting_is_refused(write_kml: Write) -> None:
    path = write_kml("<Folder>" * 100_000)
    with pytest.raises(FileUnreadableError, match="more than 64 deep"):
        layer(path)


def test_an_endless_tag_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    with path.open("w", encoding="utf-8") as file:
        file.write("<kml><Document name='")
        for _ in range(20):
            file.write("x" * 1_000_000)
    with pytest.raises(FileUnreadableError, match="16 MB"):
        layer(path)


@pytest.mark.parametrize("text", ["", "<kml>", "<kml></Document>", "\0", "<kml>&x;"])
def test_broken_xml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.kml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileUnreadableError, match=r"no sound XML|entities"):
        layer(path)


def test_elements_that_mean_nothing_take_no_memory(tmp_path: Path, make: Make) -> None:
    path = tmp_path / "a.kml"
    with path.open("w", encoding="utf-8") as file:
        file.write("<kml><Document>" + make.placemark())
        for around in ("Style", "Placemark"):
            file.write(f"<Placemark><{around}>")
            for _ in range(20):
                file.write("<a/>" * 10_000)
            file.write(f"</{around}></Placemark>")
        file.write("</Document></kml>")
    layer(path)
    tracemalloc.start()
    try:
        layer(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize("name", ["../a.kml", "/a.kml", "C:/a.kml"])
def test_archives_that_climb_out_are_refused(
    write_kmz: Write, make: Make, name: str
) -> None:
    path = write_kmz({name: make.document(make.placemark())})
    with pytest.raises(FileUnreadableError, match="leads out"):
        layer(path)


def test_a_bomb_in_a_kmz_is_refused(write_kmz: Write) -> None:
    path = write_kmz({"doc.kml": "<kml>" + " " * 60_000_000})
    with pytest.raises(FileUnreadableError, match="bomb"):
        layer(path)


WORDS = (
    "<kml>", "</kml>", "<Document>", "</Document>", "<Placemark>", "</Placemark>",
    "<Polygon>", "</Polygon>", "<outerBoundaryIs>", "</outerBoundaryIs>",
    "<LinearRing>", "</LinearRing>", "<coordinates>", "</coordinates>", "<name>",
    "</name>", "<Data>",
    "<OvCoordType>GCJ02</OvCoordType>", "1,2 3,4 5,6", ",,", "1,2,3,4", "&lt;", "<a/>",
    "<ExtendedData><SchemaData><SimpleData/></SchemaData></ExtendedData>", "大", "<!--",
    "-->", "<![CDATA[", "]]>", "\0", "112.8,23.3 112.9,23.3 112.9,23.4 112.8,23.3",
)  # fmt: skip


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=st.lists(st.sampled_from(WORDS), max_size=30))
def test_any_words_give_records_or_a_sentence(tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "a.kml"
    path.write_text("".join(["<kml>", *words]), encoding="utf-8")
    with contextlib.suppress(ReadError):
        found = layer(path)
        assert len(found.table) == len(found.row_places) > 0


def test_the_longest_token_is_above_any_real_one() -> None:
    assert parsing._LONGEST_TOKEN >= 10_000_000
