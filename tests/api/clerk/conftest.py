"""A small store for the commands of the clerk, and how tests run them."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely.geometry import box
from typer.testing import CliRunner, Result

from zqland import crs, tables
from zqland_api.cli import app
from zqland_geodata import places
from zqland_geodata.store import open_store
from zqland_geodata.store.evidence import add_evidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely import Polygon

ZONE = 4526
WEST = box(38_450_000, 2_560_000, 38_450_100, 2_560_200)
EAST = box(38_450_100, 2_560_000, 38_450_250, 2_560_200)


def made(address: str) -> str:
    """Make a store of two neighbours, two projects and three entries of evidence."""
    home = gpd.GeoSeries([WEST, EAST])
    parcels = {
        "parcel_id": ["A-1", "A-2"],
        "name": ["甲地块", "乙地块"],
        "park_id": "GXQ",
        "district": "441202",
        "home_zone": ZONE,
        "home_geometry": home,
        "declared_m2": [20_000.0, 30_000.0],
    }
    shapes = crs.to_geographic(home, ZONE)
    parks = places.parks()
    about = {"subject_kind": "parcel", "done_on": dt.date(2026, 5, 1)}
    with (
        open_store(address, create=True) as store,
        store.writing(by="张工", why="首次入库", command="import") as writer,
    ):
        writer.add("parks", parks[parks.index == "GXQ"])
        table = gpd.GeoDataFrame(parcels, geometry=shapes)
        writer.add("parcels", tables.check("parcels", table))
        for name in ("P1", "P2"):
            facts = {"name": f"项目{name}", "area_ideal_m2": 20_000.0}
            writer.add("projects", {"project_id": name, **facts})
        for parcel, item in (("A-1", "road"), ("A-1", "water"), ("A-2", "road")):
            add_evidence(writer, {"subject_id": parcel, "item": item, **about})
    return address


class Clerk:
    """Types commands at a store.

    Attributes
    ----------
    address
        The store.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    @classmethod
    def of_new_store(cls, address: str) -> Clerk:
        """Make a store, and give it a clerk."""
        return cls(made(address))

    def types(self, *words: object, language: str = "en") -> Result:
        """Run a command, as if piped."""
        environment = {
            "ZQLAND_LANGUAGE": language,
            "ZQLAND_STORE": self.address,
            "ZQLAND_BY": "李工",
        }
        given = [str(word) for word in words]
        return CliRunner().invoke(app, given, env=environment, catch_exceptions=False)

    def does(self, *words: object) -> str:
        """Run a command that works, with a reason; give what it writes to stdout."""
        result = self.types(*words, "--why", "办理")
        assert result.exit_code == 0, result.stderr
        return result.stdout.strip()

    def fails(self, *words: object, why: str = "办理") -> str:
        """Run a command that is refused and writes nothing; give what it says."""
        before = self.version
        result = self.types(*words, "--why", why)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert self.version == before
        return " ".join(result.stderr.split())

    @property
    def version(self) -> int:
        """The version of the ledger."""
        with open_store(self.address) as store:
            return store.reading().version

    def rows(self, name: str) -> list[dict[str, object]]:
        """Read a table of the store."""
        with open_store(self.address) as store:
            table = store.reading().table(name)
        return [
            {str(key): value for key, value in row.items()}
            for row in table.reset_index().to_dict("records")
        ]

    def status(self, parcel_id: str) -> list[object]:
        """Give the statuses that were recorded of a parcel."""
        events = self.rows("status_events")
        return [row["status"] for row in events if row["parcel_id"] == parcel_id]

    @staticmethod
    def draws(path: Path, shapes: dict[str, Polygon], **columns: Sequence[str]) -> str:
        """Write shapes into a GeoPackage, in the plane of the parcels."""
        table = {"地块编号": list(shapes), **columns}
        home = gpd.GeoDataFrame(table, geometry=list(shapes.values()), crs=ZONE)
        home.to_file(path, driver="GPKG")
        return str(path)


@pytest.fixture(scope="session")
def made_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store in a file, to be copied."""
    path = tmp_path_factory.mktemp("clerk") / "made.zqland"
    made(str(path))
    return path


@pytest.fixture
def clerk(made_books: Path, tmp_path: Path) -> Clerk:
    """Give a clerk with a store of his own."""
    path = tmp_path / "books.zqland"
    shutil.copyfile(made_books, path)
    return Clerk(str(path))
