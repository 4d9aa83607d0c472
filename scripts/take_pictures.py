"""Take the pictures of the README from the real maps and pages.

Needs Chromium and the packages of the group ``test``. The demonstration city is made
anew, so that the pictures show what this version draws.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from zqland import matching, needs, reserve
from zqland.areas import Method
from zqland.catalogues import load_catalogues
from zqland.testing import chromium
from zqland_geodata import demo, places
from zqland_maps.match_map import match_map
from zqland_maps.page import write_html
from zqland_maps.reserve_map import reserve_map

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PROJECT = "P-258"
PARCEL = "GXQ-G-002"
SIZE = {"width": 1280, "height": 800}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
]


def pages() -> dict[str, str]:
    """Draw the maps in both languages."""
    city, catalogues = demo.create_city(), load_catalogues()
    state = reserve.as_of(city, on=demo.ON, catalogues=catalogues)
    snapshot = matching.Snapshot.of(state, catalogues=catalogues, basis=Method.PLANAR)
    row = {"project_id": PROJECT, **city.projects.loc[PROJECT]}
    answer = matching.match(needs.from_project(row, catalogues.matching), snapshot)
    districts = places.districts()
    drawn = {}
    for language in ("en", "zh"):
        drawn[f"reserve_map_{language}"] = reserve_map(
            state, districts=districts, language=language
        )
        drawn[f"match_map_{language}"] = match_map(
            state, answer, districts=districts, language=language
        )
    return drawn


def take(browser: Browser, name: str, html: str) -> None:
    """Open one page and save what it shows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.html")
        write_html(html, path)
        page = browser.new_page(viewport=SIZE)
        # The reserve map opens on one parcel; a match map shows its lots by itself.
        page.goto(path.as_uri() + f"#parcel={PARCEL}" * name.startswith("reserve"))
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / f"{name}.png")
        page.close()
    print(name)


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        for name, html in pages().items():
            take(browser, name, html)
        browser.close()
