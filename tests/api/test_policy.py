"""Content security policies: exactly the scripts of a page may run."""

from __future__ import annotations

import base64
import hashlib

from zqland_api.policy import map_policy


def digest(script: str) -> str:
    raw = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(raw).decode()}'"


def test_each_script_of_a_page_is_named_by_its_hash() -> None:
    policy = map_policy("<script>let a = 1</script><p>x</p><SCRIPT defer>b()</SCRIPT>")
    assert digest("let a = 1") in policy
    assert digest("b()") in policy


def test_line_ends_are_hashed_as_the_browser_reads_them() -> None:
    assert digest("a\nb\nc") in map_policy("<script>a\r\nb\rc</script>")


def test_a_block_of_data_is_no_script() -> None:
    policy = map_policy('<script type="application/json">{}</script>')
    assert "script-src 'none'" in policy


def test_nothing_may_be_fetched_but_the_tiles_of_a_basemap() -> None:
    policy = map_policy("", tile_hosts=("https://tiles.example",))
    assert "connect-src 'none'" in policy
    assert "img-src data: blob: https://tiles.example;" in policy


def test_no_inline_script_is_allowed_in_general() -> None:
    policy = map_policy("<script>a()</script>")
    scripts = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe" not in scripts
