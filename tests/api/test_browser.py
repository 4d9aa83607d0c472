"""The pages in a browser: nothing leaves this machine, nothing runs by mistake."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from zqland.testing import chromium
from zqland_api.app import create_app
from zqland_api.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zqland_api.desk import Desk

PAGES = (
    "/",
    "/desk/match",
    "/desk/match?project=P-207",
    "/desk/acreage",
    "/map",
    "/projects/P-207/map",
    "/parcels/nope",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(hostile_desk: Desk) -> Iterator[str]:
    """Serve the city with hostile names on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = Settings(server=ServerSettings(port=port))
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, desk=hostile_desk), port=port, log_level="error"
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


class Visit:
    """A page that was opened, and what it did."""

    def __init__(self, browser: Browser, url: str, *, width: int = 1280) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": 844})
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda line: self.complaints.append(line.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.set_extra_http_headers({"Accept": "text/html"})
        self.page.goto(url)
        self.page.wait_for_timeout(150)

    def ask(self, script: str) -> Any:  # noqa: ANN401 - any JSON value
        """Evaluate a script in the page."""
        return self.page.evaluate(script)


@pytest.fixture(params=PAGES)
def visit(
    request: pytest.FixtureRequest, browser: Browser, address: str
) -> Iterator[Visit]:
    opened = Visit(browser, address + request.param)
    yield opened
    opened.page.close()


def test_no_request_leaves_the_service(visit: Visit, address: str) -> None:
    kept = (address, "data:", "blob:")
    assert all(url.startswith(kept) for url in visit.requests)


def test_the_policy_lets_the_page_work_and_no_text_runs(visit: Visit) -> None:
    expected = "the server responded with a status of 404"
    assert not [line for line in visit.complaints if expected not in line]
    assert visit.ask("window.HIT === undefined")


@pytest.mark.parametrize("path", ["/", "/desk/match?project=P-207", "/desk/acreage"])
def test_a_phone_shows_the_page_without_scrolling_sideways(
    browser: Browser,
    address: str,
    path: str,
) -> None:
    opened = Visit(browser, address + path, width=390)
    assert opened.ask("document.documentElement.scrollWidth") <= 390
    opened.page.close()


def test_the_form_finds_ground_and_the_map_opens(
    browser: Browser, address: str
) -> None:
    opened = Visit(browser, f"{address}/desk/match?lang=en")
    opened.page.fill("[name=area_ideal]", "60")
    opened.page.click("button[type=submit]")
    opened.page.wait_for_selector("#answer")
    assert "area_ideal=60" in opened.page.url
    assert "power_mva" not in opened.page.url
    opened.page.click("#answer a.button")
    opened.page.wait_for_selector(".leaflet-container")
    assert opened.complaints == []
    opened.page.close()


def test_going_back_leaves_the_form_usable(browser: Browser, address: str) -> None:
    opened = Visit(browser, f"{address}/desk/match?lang=en")
    opened.page.fill("[name=area_ideal]", "60")
    opened.page.click("button[type=submit]")
    opened.page.wait_for_selector("#answer")
    opened.page.go_back()
    opened.page.wait_for_selector("button[type=submit]:not([disabled])")
    opened.page.close()
