"""The frame is Folium's, but nothing is loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from zqland_maps import basemap, write_html
from zqland_maps.page import page

if TYPE_CHECKING:
    from pathlib import Path


def small_page(**changes: object) -> str:
    options = {"title": "图", "language": "zh", "basemap": None, "landscape": False}
    return page({"name": "x"}, **{**options, **changes})  # type: ignore[arg-type]


def test_no_address_is_loaded() -> None:
    tags = re.findall(r"<(?:script|link|img|iframe|object)\b[^>]*>", small_page())
    assert not [tag for tag in tags if re.search(r"(?:src|href)=.?(?:http|/)", tag)]
    assert len(tags) == 6


def test_no_picture_of_leaflet_is_asked_for() -> None:
    assert "url(images" not in small_page()
    assert "sourceMappingURL" not in small_page()


def test_leaflet_keeps_its_licence_line() -> None:
    assert "Leaflet 1.9" in small_page()


def test_the_policy_names_every_script_by_its_hash() -> None:
    html = small_page()
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digests = [hashlib.sha256(text.encode()).digest() for text in scripts]
    assert len(digests) == 4
    for digest in digests:
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in html


def test_the_policy_lets_no_request_out() -> None:
    assert "default-src 'none'" in small_page()
    assert "img-src data:;" in small_page()


def test_a_background_may_only_load_its_own_tiles() -> None:
    html = small_page(basemap=basemap("osm"))
    assert "img-src data: https://tile.openstreetmap.org;" in html


def test_the_same_contents_make_the_same_page() -> None:
    assert small_page() == small_page()


def test_the_title_is_escaped() -> None:
    assert "<title>&lt;b&gt;</title>" in small_page(title="<b>")


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_the_page_names_its_language(language: str, tag: str) -> None:
    assert f'<html lang="{tag}">' in small_page(language=language)


def test_pages_are_written_as_utf8(tmp_path: Path) -> None:
    write_html("<p>熟地</p>\n", tmp_path / "图.html")
    assert (tmp_path / "图.html").read_bytes() == "<p>熟地</p>\n".encode()


def test_a_failed_write_keeps_the_old_page(tmp_path: Path) -> None:
    target = tmp_path / "map.html"
    write_html("old", target)
    with pytest.raises(UnicodeEncodeError):
        write_html("new \ud800", target)
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
