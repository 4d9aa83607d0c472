"""Things from outside that mean harm, and a server that tells whether it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

if TYPE_CHECKING:
    from pathlib import Path

Plant = Callable[..., "Path"]


class _Handler(BaseHTTPRequestHandler):
    """Answers everything, and notes it."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""


@pytest.fixture
def asked() -> list[str]:
    """Return the paths that `address` was asked for so far."""
    return []


@pytest.fixture
def address(asked: list[str]) -> Iterator[str]:
    """Return the address of a local web server, with a slash at its end."""
    handler = type("Noting", (_Handler,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Return a function that puts a file somewhere."""

    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        data = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    return put


@pytest.fixture
def geopackage(tmp_path: Path) -> Path:
    """Return a sound GeoPackage of two parcels."""
    shapes = [
        shapely.box(38_378_000 + 100 * n, 2_576_000, 38_378_100 + 100 * n, 2_576_100)
        for n in range(2)
    ]
    table = gpd.GeoDataFrame({"地块编号": ["A-1", "A-2"]}, geometry=shapes, crs=4526)
    path = tmp_path / "parcels.gpkg"
    table.to_file(path, engine="pyogrio", layer="parcels")
    return path
