"""What the notebooks share: the records, the words, the unit and the fonts."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import font_manager

from zqland import ledger, units
from zqland.areas import METHOD_TEXTS, Method
from zqland.catalogues import Catalogues, load_catalogues
from zqland.reserve import Reserve, ReserveState, as_of
from zqland.text import Text
from zqland_api.yearbook.records import of_store
from zqland_api.yearbook.words import book_words, park_words, scope_text, status_words
from zqland_geodata import demo
from zqland_geodata.constraints_file import read_constraints
from zqland_geodata.store import open_store
from zqland_geodata.store.filling import fill

if TYPE_CHECKING:
    from zqland_api.yearbook.records import Recorded

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
)
COLOURS = {
    "all": "#56b4e9",
    "serviced": "#e69f00",
    "clean": "#999999",
    "mature": "#0072b2",
    "standard": "#009e73",
}
_FICTIONAL = Text(en="**All parcels are fictional.** ", zh="**地块均为虚构。**")
_CAPTION = Text(
    en="{name}, as of {on}; {scope}; basis: {basis}; unit: {unit}; rules {rules}",
    zh="{name}，截至 {on}；{scope}；口径：{basis}；单位：{unit}；规则 {rules}",
)
_REVISION = Text(en="{store}, revision {version}", zh="{store}，修订号 {version}")
_CITY = Text(en="A store of the demonstration city", zh="演示城市台账库")


@dataclass(frozen=True, slots=True)
class Opened:
    """The books of a store, and how a notebook shows them.

    Attributes
    ----------
    reserve
        The records, with all parcels that ever were.
    books
        The books as of their date.
    catalogues
        The rules in force.
    scope
        Which parcels; see `zqland.ledger.scopes`.
    basis
        Area method of what is shown.
    unit
        Unit of what is shown.
    language
        Chinese where it can be drawn, else English.
    name
        Where the records come from.
    """

    reserve: Reserve
    books: ledger.Books
    catalogues: Catalogues
    scope: str
    basis: Method
    unit: units.Unit
    language: str
    name: Text

    def say(self, en: str, zh: str) -> str:
        """Choose the language that can be drawn."""
        return self.words(Text(en=en, zh=zh))

    def words(self, text: Text) -> str:
        """Give a text in the language that can be drawn."""
        return text.in_language(self.language)

    @property
    def on(self) -> dt.date:
        """The as-of date."""
        return self.books.on

    @property
    def predicates(self) -> dict[str, str]:
        """The predicates by their names."""
        return {key: name for key, name in self.book_names.items() if key != "all"}

    @property
    def book_names(self) -> dict[str, str]:
        """All land and the predicates, by their names."""
        return self._named(book_words(self.catalogues.readiness))

    @property
    def statuses(self) -> dict[str, str]:
        """The statuses by their names, and all of them together."""
        return self._named(status_words(self.catalogues.readiness))

    @property
    def parks(self) -> dict[str, str]:
        """The parks by their names; land in none has a dash."""
        return {"": "–", **self._named(park_words(self.reserve.parks))}

    @property
    def unit_name(self) -> str:
        """Name of the unit."""
        return self.words(units.UNIT_TEXTS[self.unit])

    @property
    def column(self) -> str:
        """Column of the tables of the ledger that is shown."""
        return f"{self.basis}_m2"

    def basis_name(self, basis: str) -> str:
        """Name an area method."""
        return self.words(METHOD_TEXTS[Method(basis)])

    def drawn(self, area_m2: pd.Series) -> pd.Series:
        """Convert square metres to the unit, for drawing."""
        return units.from_m2(area_m2, self.unit)

    def shown(self, area_m2: pd.Series) -> pd.Series:
        """Convert square metres to the unit, rounded half up for reading."""
        digits = units.DISPLAY_DIGITS[self.unit]
        return units.round_half_up(self.drawn(area_m2.astype("float64")), digits)

    def caption(self) -> str:
        """Say what every figure below refers to."""
        said = _CAPTION.format(
            name=self.name,
            on=self.on,
            scope=scope_text(self.scope, self.reserve.parks),
            basis=METHOD_TEXTS[self.basis],
            unit=units.UNIT_TEXTS[self.unit],
            rules=self.catalogues.hash,
        )
        return self.words(_FICTIONAL) * self.reserve.fictional + self.words(said)

    def state(self) -> ReserveState:
        """Put together what is known of each parcel of the day, in the scope."""
        parcels, day = self.reserve.parcels, pd.Timestamp(self.on)
        exists = ~(parcels["began_on"] > day) & ~(parcels["retired_on"] <= day)
        wanted = replace(self.reserve, parcels=parcels[exists])
        state = as_of(wanted, on=self.on, catalogues=self.catalogues)
        # Holds and layers were laid over all parcels; figures are those of the scope.
        inside = self.books.inside(self.scope)[exists.to_numpy()]
        return replace(state, parcels=state.parcels[inside])

    def _named(self, texts: dict[str, Text]) -> dict[str, str]:
        return {key: self.words(text) for key, text in texts.items()}


def open_notebook(
    store: str | Path | None,
    *,
    on: str | None = None,
    scope: str = ledger.CITY,
    basis: str = "declared",
    unit: str = "mu",
    constraints: str | Path | None = None,
) -> Opened:
    """Open a store, and set up the drawing.

    Parameters
    ----------
    store
        Path of a file or address of a server; None makes a store of the demonstration
        city in a temporary folder.
    on
        The as-of date, as 2023-06-30; None takes today, or the day of the
        demonstration city.
    scope
        Which parcels; see `zqland.ledger.scopes`.
    basis
        One of `zqland.ledger.BASES`.
    unit
        One of `zqland.units.Unit`.
    constraints
        TOML file of the constraint layers, which a store does not keep.

    Returns
    -------
    opened
        The books and how they are shown.
    """
    recorded, name = _recorded(store)
    reserve = recorded.reserve
    if constraints is not None:
        reserve = replace(reserve, constraints=read_constraints(constraints).layers)
    catalogues = load_catalogues()
    day = recorded.on if on is None else dt.date.fromisoformat(on)
    return Opened(
        reserve=reserve,
        books=ledger.open_books(reserve, on=day, catalogues=catalogues),
        catalogues=catalogues,
        scope=scope,
        basis=Method(basis),
        unit=units.Unit(unit),
        language=_set_up_drawing(),
        name=name,
    )


def _recorded(store: str | Path | None) -> tuple[Recorded, Text]:
    if store is not None:
        with open_store(store) as opened:
            recorded = of_store(opened)
        return recorded, _REVISION.format(
            store=recorded.store, version=recorded.version
        )
    city = demo.create_city()
    with tempfile.TemporaryDirectory() as folder:
        made = open_store(Path(folder, "city.zqland"), create=True, fictional=True)
        with made:
            fill(made, city, by="notebook", why="demonstration", command="notebook")
            recorded = of_store(made)
    reserve = replace(recorded.reserve, constraints=city.constraints)
    return replace(recorded, reserve=reserve), _CITY


def _set_up_drawing() -> str:
    """Choose a font; return the language that can be drawn with it."""
    plt.rcParams["axes.spines.top"] = plt.rcParams["axes.spines.right"] = False
    installed = {font.name for font in font_manager.fontManager.ttflist}
    font = next((name for name in CHINESE_FONTS if name in installed), None)
    if font is None:
        return "en"
    plt.rcParams["font.family"] = [font, "DejaVu Sans"]
    return "zh"
