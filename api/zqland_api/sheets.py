"""An answer as tables with headings, before it takes any form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from zqland.text import Language, Text
from zqland.units import round_half_up
from zqland_api.about import About

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    key
        Name of the column in the table and for programs.
    heading
        Name of the column for readers.
    digits
        Decimals shown, for figures.
    words
        What readers see instead of codes.
    is_share
        Whether figures are shares of a whole, shown as per cent.
    """

    key: str
    heading: Text
    digits: int = 2
    words: Mapping[str, Text] = field(default_factory=dict)
    is_share: bool = False

    def shown(self, value: object, language: Language) -> str:
        """Write one value for readers; ``""`` where it is not known."""
        if isinstance(value, (list, tuple)):
            joint = "、" if language is Language.ZH else ", "
            return joint.join(self.shown(part, language) for part in value)
        if isinstance(value, (bool, np.bool_)):
            return "✓" if value else ""
        if pd.isna(value):  # type: ignore[call-overload] # any scalar
            return ""
        if isinstance(value, pd.Timestamp):
            return value.strftime("%Y-%m-%d")
        if isinstance(value, (float, np.floating)):
            return self._figure(float(value))
        word = self.words.get(str(value))
        return printable(str(value) if word is None else word.in_language(language))

    def _figure(self, value: float) -> str:
        if self.is_share:
            return f"{round_half_up(100 * value, 1):.1f}%"
        return f"{round_half_up(value, self.digits):,.{self.digits}f}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of an answer.

    Attributes
    ----------
    key
        Short name for programs.
    title
        Name for readers.
    table
        The rows; columns beyond ``columns`` are for programs only.
    columns
        The columns that readers see, in order.
    """

    key: str
    title: Text
    table: pd.DataFrame
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """An answer in all its forms.

    Attributes
    ----------
    about
        The conditions that the figures hold under.
    sheets
        Its tables; CSV writes the first.
    shown
        Keys of the sheets that are printed; all where none is named.
    document
        Its JSON; the sheets' rows where there is none.
    shapes
        Its geometry in EPSG:4490, row by row with the first sheet.
    notes
        Sentences that stand beside it.
    """

    about: About
    sheets: tuple[Sheet, ...]
    document: dict[str, Any] | None = None
    shapes: gpd.GeoSeries | None = None
    notes: tuple[Text, ...] = ()
    shown: tuple[str, ...] = ()


def printable(text: str) -> str:
    r"""Return a text that cannot steer a terminal: control characters are shown.

    Examples
    --------
    >>> printable("a\x1b[2Jb")
    'a�[2Jb'
    """
    return _CONTROLS.sub("�", text)


def note_lines(notes: Iterable[Text], language: Language) -> list[str]:
    """Return notes as lines in one language, each once."""
    return list(dict.fromkeys(note.in_language(language) for note in notes))
