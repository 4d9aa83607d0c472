"""Background maps from the web, for readers who are online.

A map has none unless it is asked for. Each background names the datum of its tiles:
AMap draws in GCJ-02, about 600 m off, so a map on AMap shows its parcels in GCJ-02
too (`Basemap.datum`) and says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zqland.text import Text
from zqland_maps.errors import MapError


class Source(StrEnum):
    """The backgrounds that can be chosen."""

    NONE = "none"
    TIANDITU = "tianditu"
    TIANDITU_IMAGE = "tianditu_image"
    OSM = "osm"
    AMAP = "amap"


class Datum(StrEnum):
    """The datum in which a background is drawn."""

    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"


@dataclass(frozen=True, slots=True)
class Basemap:
    """A background map.

    Attributes
    ----------
    source
        Which one it is.
    layers
        Addresses of tiles with ``{s}``, ``{x}``, ``{y}``, ``{z}``, the lowest first.
    subdomains
        The values of ``{s}``.
    max_zoom
        Deepest zoom level that has tiles.
    credit
        What the provider asks to be shown.
    link
        Where the credit leads.
    datum
        Datum of the tiles.
    note
        What a reader must know, or None.
    """

    source: Source
    layers: tuple[str, ...]
    subdomains: str
    max_zoom: int
    credit: Text
    link: str
    datum: Datum = Datum.CGCS2000
    note: Text | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """List the origins of the tiles, for the page's content security policy."""
        origins = {
            re.sub(r"^(https://[^/]+)/.*$", r"\1", layer) for layer in self.layers
        }
        return tuple(
            sorted(
                origin.replace("{s}", letter)
                for origin in origins
                for letter in (self.subdomains or " ")
            )
        )

    def to_document(self, language: str) -> dict[str, Any]:
        """Return what the page needs to show the background."""
        return {
            "layers": list(self.layers),
            "subdomains": self.subdomains,
            "maxZoom": self.max_zoom,
            "credit": self.credit.in_language(language),
            "link": self.link,
            "note": self.note.in_language(language) if self.note else None,
        }


_KEY = re.compile(r"[0-9A-Za-z]{8,64}")
_NO_KEY = Text(
    en="Tianditu needs a key of 8 to 64 letters and digits, but {found}; "
    "get one at console.tianditu.gov.cn, or choose another background",
    zh="天地图需要由 8 至 64 位字母和数字组成的密钥，但{found}；"
    "请到天地图控制台申请，或改用其他底图",
)
_NOTHING_GIVEN = Text(en="none was given", zh="未提供")
_OTHER_GIVEN = Text(en="something else was given", zh="提供的内容不符")
_UNKNOWN = Text(
    en="there is no background map “{name}”; choose one of {known}",
    zh="没有名为“{name}”的底图，请选择：{known}",
)
_SHIFTED = Text(
    en="Shown in GCJ-02 to fit the AMap background; not for measuring.",
    zh="为与高德底图套合，图形按 GCJ-02 显示，不得用于量算。",
)


def basemap(name: str | Source, *, key: str | None = None) -> Basemap | None:
    """Choose a background map.

    Parameters
    ----------
    name
        ``none``, ``tianditu``, ``tianditu_image``, ``osm`` or ``amap``.
    key
        Key of the provider; only Tianditu asks for one.

    Returns
    -------
    background
        The background, or None for ``none``.

    Raises
    ------
    MapError
        The name is unknown, or the key is missing or has a strange character.

    Examples
    --------
    >>> basemap("amap").datum
    <Datum.GCJ02: 'gcj02'>
    """
    try:
        source = Source(name)
    except ValueError:
        known = ", ".join(Source)
        raise MapError(_UNKNOWN.format(name=name, known=known)) from None
    if source is Source.NONE:
        return None
    if source in (Source.TIANDITU, Source.TIANDITU_IMAGE):
        return _tianditu(source, key)
    return _OSM if source is Source.OSM else _AMAP


def _tianditu(source: Source, key: str | None) -> Basemap:
    if key is None or not _KEY.fullmatch(key):
        found = _NOTHING_GIVEN if not key else _OTHER_GIVEN
        raise MapError(_NO_KEY.format(found=found))
    names = ("vec", "cva") if source is Source.TIANDITU else ("img", "cia")
    return Basemap(
        source=source,
        layers=tuple(
            f"https://t{{s}}.tianditu.gov.cn/{name}_w/wmts?SERVICE=WMTS&REQUEST=GetTile"
            f"&VERSION=1.0.0&LAYER={name}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
            f"&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
            for name in names
        ),
        subdomains="01234567",
        max_zoom=18,
        credit=Text(en="Background: Tianditu", zh="底图：天地图"),
        link="https://www.tianditu.gov.cn/",
    )


_OSM = Basemap(
    source=Source.OSM,
    layers=("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
    subdomains="",
    max_zoom=19,
    credit=Text(
        en="Background: © OpenStreetMap contributors",
        zh="底图：© OpenStreetMap 贡献者",
    ),
    link="https://www.openstreetmap.org/copyright",
)
_AMAP_TILES = (
    "https://webrd0{s}.is.autonavi.com/appmaptile"
    "?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
)
_AMAP = Basemap(
    source=Source.AMAP,
    layers=(_AMAP_TILES,),
    subdomains="1234",
    max_zoom=18,
    credit=Text(en="Background: AMap", zh="底图：高德地图"),
    link="https://www.amap.com/",
    datum=Datum.GCJ02,
    note=_SHIFTED,
)
