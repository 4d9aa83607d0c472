"""What a figure can be at all, and which other unit it was surely written in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from zqland import units
from zqland.catalogues.document import CatalogueDocument
from zqland.text import Text
from zqland_geodata import quantities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = "ranges.toml"
"""Name of the catalogue."""

_UNITS: Mapping[str, tuple[tuple[str, Text], ...]] = {
    "m2": (
        ("m2", Text(en="m²", zh="平方米")),
        ("mu", Text(en="mu", zh="亩")),
        ("ha", Text(en="ha", zh="公顷")),
    ),
    "wan yuan": (
        ("元", Text(en="yuan", zh="元")),
        ("万元", Text(en="10,000 yuan", zh="万元")),
        ("亿元", Text(en="100 million yuan", zh="亿元")),
    ),
    "wan yuan/mu": (
        ("万元/亩", Text(en="10,000 yuan a mu", zh="万元/亩")),
        ("万元/公顷", Text(en="10,000 yuan a hectare", zh="万元/公顷")),
        ("元/平方米", Text(en="yuan a square metre", zh="元/平方米")),
        ("元/亩", Text(en="yuan a mu", zh="元/亩")),
    ),
}
_ALIASES = {"wan yuan/year": "wan yuan", "wan yuan/mu/year": "wan yuan/mu"}


@dataclass(frozen=True, slots=True)
class Range:
    """What figures of a column can be.

    Attributes
    ----------
    least, most
        Bounds in the unit of the column, both inclusive.
    source
        Where they come from.
    """

    least: float
    most: float
    source: str


def range_of(table: str, column: str) -> Range | None:
    """Return what figures of a column can be.

    Parameters
    ----------
    table, column
        As in ``columns.csv``.

    Returns
    -------
    range
        The bounds, or ``None`` where the catalogue sets none.

    Examples
    --------
    >>> range_of("projects", "area_ideal_m2").most
    10000000.0
    """
    return _ranges().get((table, column))


@lru_cache(maxsize=1)
def _ranges() -> dict[tuple[str, str], Range]:
    text = (files("zqland_geodata") / "data" / FILE).read_text(encoding="utf-8")
    root = CatalogueDocument.parse(FILE, text).root
    return {
        (table.name, section.name.rpartition(".")[2]): Range(
            least=section.number("least", default=0.0),
            most=section.number("most"),
            source=section.source(),
        )
        for table in root.sections()
        for section in table.sections()
    }


def figure_text(figure: float, unit: str) -> Text:
    """Return a figure of a column with its unit; areas in mu and hectares.

    Parameters
    ----------
    figure
        In the unit of the column.
    unit
        Unit of the column.

    Returns
    -------
    text
        For a sentence.

    Examples
    --------
    >>> figure_text(60_000, "m2").en
    '60,000 m² (90 mu, 6 ha)'
    """
    said = f"{figure:,.10g}"
    if unit == "m2":
        facts = {
            "m2": said,
            "mu": f"{units.from_m2(figure, 'mu'):,.6g}",
            "ha": f"{units.from_m2(figure, 'ha'):,.6g}",
        }
        return _AREA.format(**facts)
    known = _UNITS.get(_ALIASES.get(unit, unit), ())
    words = [text for word, text in known if quantities.factor(word, unit) == 1.0]
    behind = words[0] if words else Text(en=unit, zh=unit)
    return _FIGURE.format(figure=said, unit=behind)


def other_units(written: float, unit: str, allowed: Range) -> Iterator[Text]:
    """Say in which other units a figure would be possible.

    Parameters
    ----------
    written
        The figure as it stands in the cell.
    unit
        Unit of the column.
    allowed
        What figures of the column can be.

    Yields
    ------
    text
        What the figure would be in another unit.
    """
    for word, text in _UNITS.get(_ALIASES.get(unit, unit), ()):
        figure = written * quantities.factor(word, unit)
        if allowed.least <= figure <= allowed.most:
            yield _WOULD_BE.format(unit=text, figure=figure_text(figure, unit))


_AREA = Text(en="{m2} m² ({mu} mu, {ha} ha)", zh="{m2} 平方米（{mu} 亩，{ha} 公顷）")
_FIGURE = Text(en="{figure} {unit}", zh="{figure} {unit}")
_WOULD_BE = Text(
    en=" Read in {unit} it would be {figure}.", zh="若单位为{unit}，则为 {figure}。"
)
