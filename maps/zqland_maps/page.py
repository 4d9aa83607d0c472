"""The page of a map: Folium's frame, with everything it needs written inside.

Folium lays out the figure and makes the Leaflet map. The scripts and styles that it
would load from the web are left out; Leaflet comes from an installed package and is
written into the page together with our own script, which reads one data block and
shows every text with ``textContent``. A content security policy names these scripts
by their hashes: nothing else runs, and no request leaves the page except for the
tiles of a background map that was asked for.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import tempfile
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, Figure, MacroElement
from jinja2 import Environment, PackageLoader, StrictUndefined

from zqland_maps.payload import data_block

if TYPE_CHECKING:
    from zqland_maps.basemaps import Basemap

MAP_NAME = "zqland"
"""Identifier of the map in the page; Folium would draw one at random."""

_TEMPLATES = Environment(
    loader=PackageLoader("zqland_maps"), autoescape=True, undefined=StrictUndefined
)
_POLICY_PLACE = "policy-of-this-page"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class _Frame(folium.Map):
    """Folium's map without its downloads and with a name that does not change."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Leaflet's options
        super().__init__(**options)
        self._id = MAP_NAME
        self.default_js = []
        self.default_css = []


class _Page(Figure):
    """Folium's figure, written with our own document around it."""

    _template = _TEMPLATES.get_template("page.html.j2")

    def __init__(self, *, title: str, language: str, data: str, sheet: str) -> None:
        super().__init__(title=title)
        self.language = language
        self.data = data
        self.sheet = sheet
        self.policy = _POLICY_PLACE


class _Start(MacroElement):
    """Hand Folium's map to our script."""

    _template = _TEMPLATES.from_string(
        "{% macro script(this, kwargs) %}"
        "zqlandMap({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )


def page(
    document: dict[str, Any],
    *,
    title: str,
    language: str,
    basemap: Basemap | None,
    landscape: bool,
) -> str:
    """Write a complete page around a document for the script.

    Parameters
    ----------
    document
        What the script shows; goes into the data block.
    title
        Title of the page; our own words only.
    language
        Language of the page, ``zh`` or ``en``.
    basemap
        Background map; None keeps the page without any request.
    landscape
        Whether the printed sheet lies or stands.

    Returns
    -------
    html
        The page.
    """
    figure = _Page(
        title=title,
        language="zh-CN" if language == "zh" else "en",
        data=data_block(document),
        sheet="A4 landscape" if landscape else "A4 portrait",
    )
    frame = _Frame(
        location=[23.2, 112.5],
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        control_scale=False,
        attributionControl=False,
        zoomSnap=0.25,
        maxZoom=19,
        minZoom=5,
    )
    frame.add_to(figure)
    frame.add_child(_Start())  # type: ignore[no-untyped-call]
    for place, text in enumerate(_head()):
        figure.header.add_child(Element(text), name=f"zqland_{place}")
    return _with_policy(figure.render(), basemap)


def write_html(html: str, path: str | Path) -> None:
    """Write a page to a file, whole or not at all.

    Parameters
    ----------
    html
        The page.
    path
        Where it goes; its folder exists.
    """
    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".map-", suffix=".part")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(html)
        unfinished.chmod(0o644)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


@cache
def _head() -> tuple[str, ...]:
    """Return the styles and scripts of every page, ready for the template engine."""
    styles = _leaflet_style() + _asset("map.css")
    script = "\n".join(_asset(name) for name in _script_names())
    texts = (
        f"<style>{styles}</style>",
        f"<script>{_leaflet_script()}</script>",
        f'<script>(() => {{\n"use strict";\n{script}\n}})();</script>',
    )
    # branca reads these as templates.
    return tuple(f"{{% raw %}}{text}{{% endraw %}}" for text in texts)


def _script_names() -> list[str]:
    folder = resources.files("zqland_maps") / "assets"
    return sorted(file.name for file in folder.iterdir() if file.name.endswith(".js"))


def _asset(name: str) -> str:
    return (resources.files("zqland_maps") / "assets" / name).read_text("utf-8")


def _leaflet_script() -> str:
    script = _leaflet_file("leaflet.js")
    return re.sub(r"^//# sourceMappingURL=.*$", "", script, flags=re.MULTILINE)


def _leaflet_style() -> str:
    """Return Leaflet's style without the pictures, none of which the page shows."""
    return re.sub(r"url\([^)]*\)", "none", _leaflet_file("leaflet.css"))


def _leaflet_file(name: str) -> str:
    from xstatic.pkg import leaflet  # noqa: PLC0415 - a namespace that warns early

    return (Path(leaflet.BASE_DIR) / name).read_text("utf-8")


def _with_policy(html: str, basemap: Basemap | None) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in _SCRIPT.findall(html)
    )
    images = " ".join(["data:", *(basemap.hosts if basemap else ())])
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        f"img-src {images}; base-uri 'none'; form-action 'none'"
    )
    return html.replace(_POLICY_PLACE, policy, 1)
